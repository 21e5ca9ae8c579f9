#!/bin/sh
# Run by mmdebstrap on the unpacked packages, on the machine that builds: `rootfs.sh ROOT LIST DROP`. No maintainer script has
# run, so that another architecture is made in the same way. Writes the hash and the name of each package file to LIST, takes
# out what the space-separated packages of DROP brought, and what only people read; makes what maintainer scripts would have made.
set -eu
export LC_ALL=C
root=$1 list=$2 drop=$3
archives=$root/var/cache/apt/archives

(cd "$archives" && sha256sum -- *.deb) >"$list"

for package in $drop; do
  for deb in "$archives/${package}"_*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -t | while read -r path; do
      case $path in
        */ | ./usr/share/doc/*) ;;
        *) rm -f -- "$root/$path" ;;
      esac
    done
  done
done

cd "$root"
find usr/share/doc -type f ! -name copyright -delete
find usr/share/doc -type l -delete
rm -rf usr/share/man usr/share/info usr/share/locale usr/share/bash-completion usr/share/lintian usr/share/bug usr/share/doc-base \
  usr/share/debconf usr/share/perl usr/share/perl5 usr/lib/*-linux-gnu/perl* etc/perl etc/cron* etc/init.d etc/rc?.d etc/pam.d etc/security \
  etc/systemd etc/update-motd.d etc/selinux etc/resolv.conf etc/hostname etc/bash_completion.d \
  etc/apt/*.d/[!0]* etc/apt/sources.list* etc/apt/trusted* var/lib/apt var/cache/apt var/lib/dpkg var/lib/pam var/log/*
find usr/share usr/lib var -xdev -depth -type d -empty ! -path var/tmp -delete

# Servers, mail and bridges to other systems; the scripts among them are Perl or Python, which is not here.
(cd usr/lib/git-core && rm -f git-daemon git-http-backend git-http-push git-imap-send git-shell scalar git-archimport git-cvsexportcommit \
  git-cvsimport git-cvsserver git-instaweb git-p4 git-send-email git-svn git-quiltimport)
# Nothing gains a right by being started.
rm -f usr/lib/openssh/ssh-keysign
find . -xdev -type f -perm /6000 -exec chmod a-s {} +
rm -rf usr/bin/git-shell usr/bin/scalar usr/share/gitweb usr/share/git-core/contrib

# The certificates that Debian takes over from Mozilla, as ca-certificates puts them together.
mkdir -p etc/ssl/certs
find usr/share/ca-certificates -name '*.crt' | sort | while read -r certificate; do cat "$certificate"; done >etc/ssl/certs/ca-certificates.crt

printf '%s\n' 'passwd: files' 'group: files' 'hosts: files dns' >etc/nsswitch.conf
ln -sf mawk usr/bin/awk
printf '%s\n' 'root:x:0:0:root:/root:/bin/bash' 'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin' \
  'workload:x:10001:10001:workload:/data:/bin/bash' >etc/passwd
printf '%s\n' 'root:x:0:' 'nogroup:x:65534:' 'workload:x:10001:' >etc/group
chmod 644 etc/passwd etc/group etc/nsswitch.conf etc/ssl/certs/ca-certificates.crt
# A volume that is mounted here for the first time takes its owner from this folder.
mkdir -p data
chown 10001:10001 data
chmod 700 data
