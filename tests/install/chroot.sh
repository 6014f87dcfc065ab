# For tests that install in a fresh Debian: . tests/install/chroot.sh
# shellcheck shell=sh
#
# Bases are made by debootstrap from the archive that this machine's apt uses, and kept for a week in the build
# folder; a test gets a fresh copy of one.
: "${B:=build}"

# Why no chroot can be made here; nothing where one can.
why_no_chroot() {
	if [ "$(id -u)" != 0 ]; then
		echo 'only root can make and enter a chroot'
	elif ! command -v debootstrap >/dev/null; then
		echo 'debootstrap is missing: make deps-packaging'
	elif [ -z "$(debian_archive)" ]; then
		echo 'apt here knows no Debian archive'
	fi
}

debian_archive() {
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Label: Debian' 2>/dev/null | sed -n 1p
}

# make_base SUITE: $B/chroots/SUITE.tar.
make_base() {
	base=$B/chroots/$1
	mkdir -p "$B/chroots"
	[ -z "$(find "$base.tar" -mtime -7 2>/dev/null)" ] || return 0
	rm -rf "$base.new" && debootstrap --variant=minbase "$1" "$base.new" "$(debian_archive)" >"$base.log" 2>&1 &&
		rm -f "$base.new"/var/cache/apt/archives/*.deb && tar -C "$base.new" -cf "$base.tar.new" . &&
		mv "$base.tar.new" "$base.tar" || { tail -n 5 "$base.log"; return 1; }
	rm -rf "$base.new"
}

# fresh_chroot SUITE FOLDER: a copy of the base, whose apt reaches what apt here does.
fresh_chroot() {
	make_base "$1" && mkdir -p "$2" && tar -C "$2" -xf "$B/chroots/$1.tar" &&
		cp -L /etc/resolv.conf /etc/hosts "$2/etc/" && apt-config dump Acquire >"$2/etc/apt/apt.conf.d/10tests" &&
		echo force-unsafe-io >"$2/etc/dpkg/dpkg.cfg.d/tests"
}

# inside FOLDER COMMAND...: in the chroot, in its folder /src where there is one.
inside() {
	inside_root=$1
	shift
	# shellcheck disable=SC2016
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		${http_proxy:+"http_proxy=$http_proxy"} ${https_proxy:+"https_proxy=$https_proxy"} \
		chroot "$inside_root" sh -c 'cd /src 2>/dev/null; exec "$@"' sh "$@"
}
