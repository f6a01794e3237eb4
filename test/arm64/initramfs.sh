#!/bin/sh
# initramfs.sh KERNEL BUSYBOX SCRATCH: writes an initramfs to stdout that loads the modules for the
# machine's disk and shares, and goes on in test/arm64/inside.sh. KERNEL is an unpacked kernel
# package, BUSYBOX a static busybox for the machine.
set -eu

kernel=$1 busybox=$2 root=$3

modules=$(find "$kernel" -type d -path '*/lib/modules/*' -prune | head -n 1)
release=${modules##*/}
to=$root/lib/modules/$release

mkdir -p "$root/bin" "$root/dev" "$root/proc" "$root/sys" "$root/disk" "$to"
cp "$busybox" "$root/bin/busybox"
cp "$modules"/modules.builtin "$modules"/modules.order "$to"

# Whole directories, so that what depends on what is left to depmod.
for directory in fs/ext4 fs/jbd2 fs/9p fs/netfs fs/fscache fs/overlayfs net/9p drivers/virtio \
    drivers/block drivers/char/hw_random lib crypto arch/arm64/crypto; do
    [ -d "$modules/kernel/$directory" ] || continue
    mkdir -p "$to/kernel/$directory"
    cp -R "$modules/kernel/$directory/." "$to/kernel/$directory"
done
find "$modules/kernel/fs" -maxdepth 1 -name 'mbcache*' -exec cp {} "$to/kernel/fs" \;
find "$to" -name '*.xz' -exec xz -d {} +

cat >"$root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
depmod
for module in virtio_pci virtio_blk virtio_rng crc32c_generic ext4 9pnet_virtio 9p; do
    modprobe "$module" || echo "no module $module"
done
mount -t ext4 /dev/vda /disk
mount -t proc proc /disk/proc
mount -t sysfs sys /disk/sys
mount -t devtmpfs dev /disk/dev
mount -t tmpfs tmp /disk/tmp
share='trans=virtio,version=9p2000.L,msize=262144'
mount -t 9p -o "ro,cache=loose,$share" work /disk/icount-gdb
mount -t 9p -o "cache=loose,ro,$share" inside /disk/icount-gdb/.cache
mount -t 9p -o "cache=none,$share" out /disk/out
chroot /disk /bin/sh /icount-gdb/test/arm64/inside.sh
poweroff -f
INIT
chmod +x "$root/init"
(cd "$root" && find . | cpio --quiet -o -H newc -R 0:0 | gzip)
