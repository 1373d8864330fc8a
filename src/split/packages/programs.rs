//! Which package holds a program, and which programs an image of a distribution has anyway.
//!
//! Source: the packages of Debian that are essential or required, as its images hold them; the
//! applets of Alpine's busybox. Where it is not certain that a base has a program, its package is
//! named: to install what is there does no harm.

use crate::split::release::Distribution;

/// Where a program comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The smallest image of the distribution has it.
    Base,
    /// This package has to be installed.
    Package(&'static str),
    /// Not in the tables.
    Unknown,
}

/// What a shell does itself.
const BUILT_IN: &str = "
    . : [ alias bg break cd command continue echo eval exec exit export false fg getopts hash jobs
    kill local printf pwd read readonly return set shift test times trap true type ulimit umask
    unalias unset wait
";

/// What the images of Debian and Ubuntu hold in all their releases.
const DEBIAN: &str = "
    arch b2sum base32 base64 basename basenc cat chcon chgrp chmod chown chroot cksum comm cp
    csplit cut date dd df dir dircolors dirname du env expand expr factor fmt fold groups head
    hostid id install join link ln logname ls md5sum mkdir mkfifo mknod mktemp mv nice nl nohup
    nproc numfmt od paste pathchk pinky pr printenv ptx readlink realpath rm rmdir runcon sha1sum
    sha224sum sha256sum sha384sum sha512sum shred shuf sleep sort split stat stdbuf stty sum sync
    tac tail tee timeout touch tr truncate tsort tty uname unexpand uniq unlink users vdir wc who
    whoami yes sh dash bash rbash sed grep egrep fgrep rgrep gzip gunzip zcat zgrep gzexe
    uncompress tar find xargs diff cmp diff3 sdiff awk mawk nawk perl hostname which run-parts
    savelog su nologin flock getopt ionice mountpoint mount umount more runuser setsid setpriv
    nsenter unshare taskset prlimit chrt namei whereis lscpu lsblk findmnt blkid dmesg ipcs ipcrm
    ipcmk lsns mcookie logger script renice swapon swapoff losetup fallocate choom useradd userdel
    usermod groupadd groupdel groupmod passwd chpasswd chage expiry gpasswd newgrp newusers pwck
    pwconv grpck apt apt-get apt-cache apt-mark apt-config dpkg dpkg-query dpkg-deb dpkg-divert
    dpkg-reconfigure start-stop-daemon update-alternatives debconf-set-selections getent getconf
    iconv ldconfig ldd locale localedef zdump tput clear tabs infocmp tic toe captoinfo service
    invoke-rc.d update-rc.d pidof killall5 pam-auth-update shadowconfig reset tset
";

/// What Alpine's image holds: busybox, musl's tools, apk.
const ALPINE: &str = "
    ash sh acpid adduser addgroup arch arp arping awk base64 basename bbconfig bc beep blkdiscard
    blkid blockdev brctl bunzip2 busybox bzcat bzip2 cal cat chattr chgrp chmod chown chpasswd
    chroot chvt cksum clear cmp comm cp cpio crond crontab cryptpw cut date dc dd deallocvt
    delgroup deluser depmod df diff dirname dmesg dnsdomainname dos2unix du dumpkmap egrep eject env
    ether-wake expand expr factor fallocate fatattr fbset fbsplash fdflush fdisk fgrep find findfs
    flock fold free fsck fstrim fsync fuser getopt getty grep groups gunzip gzip halt hd head hexdump
    hostid hostname hwclock id ifconfig ifdown ifenslave ifup init inotifyd insmod install ionice
    iostat ip ipaddr ipcalc ipcrm ipcs iplink ipneigh iproute iprule iptunnel kbd_mode killall
    killall5 klogd last less link linux32 linux64 ln loadfont loadkmap logger login logread losetup
    ls lsattr lsmod lsof lsusb lzcat lzma lzop lzopcat makemime md5sum mdev mesg microcom mkdir
    mkdosfs mkfifo mknod mkpasswd mkswap mktemp modinfo modprobe more mount mountpoint mpstat mv
    nameif nanddump nandwrite nbd-client nc netstat nice nl nmeter nohup nologin nproc nsenter
    nslookup ntpd od openvt partprobe passwd paste pgrep pidof ping ping6 pipe_progress pivot_root
    pkill pmap poweroff printenv ps pscan pstree pwdx raidautorun rdate rdev readahead readlink
    realpath reboot reformime remove-shell renice reset resize rev rfkill rm rmdir rmmod route
    run-parts sed sendmail seq setconsole setfont setkeycodes setlogcons setserial setsid sha1sum
    sha256sum sha3sum sha512sum showkey shred shuf slattach sleep sort split stat strings stty su sum
    swapoff swapon switch_root sync sysctl syslogd tac tail tar tee time timeout top touch tr
    traceroute traceroute6 truncate tty ttysize tunctl udhcpc udhcpc6 umount uname unexpand uniq
    unix2dos unlink unlzma unlzop unshare unxz unzip uptime usleep uudecode uuencode vconfig vi vlock
    volname watch watchdog wc wget which who whoami whois xargs xxd xzcat yes zcat zcip
    apk getconf getent iconv ldconfig ldd scanelf ssl_client
";

/// What the images of these releases alone hold.
const IN_SOME: &[(&str, &[&str])] = &[
    ("adduser", &["stretch", "buster", "bullseye", "bookworm", "bionic", "focal", "jammy"]),
    ("addgroup", &["stretch", "buster", "bullseye", "bookworm", "bionic", "focal", "jammy"]),
    ("deluser", &["stretch", "buster", "bullseye", "bookworm", "bionic", "focal", "jammy"]),
    ("delgroup", &["stretch", "buster", "bullseye", "bookworm", "bionic", "focal", "jammy"]),
];

/// Programs, the package that holds them on Debian and Ubuntu, and on Alpine; empty where there is
/// none, or the base has them.
const PACKAGES: &[(&str, &str, &str)] = &[
    ("bash", "", "bash"),
    ("curl", "curl", "curl"),
    ("wget", "wget", "wget"),
    ("git", "git", "git"),
    ("hg", "mercurial", "mercurial"),
    ("svn", "subversion", "subversion"),
    ("jq", "jq", "jq"),
    ("openssl", "openssl", "openssl"),
    ("ssh scp sftp ssh-keygen ssh-agent ssh-add ssh-keyscan", "openssh-client", "openssh-client"),
    ("sshd", "openssh-server", "openssh-server"),
    ("rsync", "rsync", "rsync"),
    ("ps top free pgrep pkill pmap sysctl uptime vmstat w watch", "procps", "procps"),
    ("killall fuser pstree", "psmisc", "psmisc"),
    ("lsof", "lsof", "lsof"),
    ("nc netcat", "netcat-openbsd", "netcat-openbsd"),
    ("ncat", "ncat", "nmap-ncat"),
    ("nmap", "nmap", "nmap"),
    ("socat", "socat", "socat"),
    ("telnet", "telnet", "busybox-extras"),
    ("ifconfig netstat route arp", "net-tools", "net-tools"),
    ("ip ss tc bridge", "iproute2", "iproute2"),
    ("ping", "iputils-ping", "iputils"),
    ("traceroute", "traceroute", ""),
    ("dig nslookup nsupdate", "bind9-dnsutils", "bind-tools"),
    ("host", "bind9-host", "bind-tools"),
    ("unzip", "unzip", "unzip"),
    ("zip", "zip", "zip"),
    ("7z 7za", "p7zip-full", "7zip"),
    ("bzip2 bunzip2 bzcat", "bzip2", "bzip2"),
    ("xz unxz xzcat", "xz-utils", "xz"),
    ("zstd unzstd zstdcat", "zstd", "zstd"),
    ("lz4", "lz4", "lz4"),
    ("pigz", "pigz", "pigz"),
    ("cpio", "cpio", "cpio"),
    ("file", "file", "file"),
    ("bc", "bc", "bc"),
    ("xxd", "xxd", "xxd"),
    ("patch", "patch", "patch"),
    ("gawk", "gawk", "gawk"),
    ("envsubst gettext ngettext", "gettext-base", "gettext"),
    ("msgfmt xgettext", "gettext", "gettext"),
    ("uuidgen", "uuid-runtime", "uuidgen"),
    ("adduser addgroup deluser delgroup", "adduser", ""),
    ("useradd groupadd usermod groupmod userdel groupdel chage", "", "shadow"),
    ("runuser", "", "runuser"),
    ("setpriv", "", "setpriv"),
    ("perl", "", "perl"),
    ("setfacl getfacl", "acl", "acl"),
    ("setcap getcap capsh", "libcap2-bin", "libcap"),
    ("inotifywait inotifywatch", "inotify-tools", "inotify-tools"),
    ("expect", "expect", "expect"),
    ("screen", "screen", "screen"),
    ("tmux", "tmux", "tmux"),
    ("less", "less", ""),
    ("vi", "vim-tiny", ""),
    ("vim", "vim", "vim"),
    ("nano", "nano", "nano"),
    ("tree", "tree", "tree"),
    ("htop", "htop", "htop"),
    ("sudo", "sudo", "sudo"),
    ("gpg gpg-agent", "gnupg", "gnupg"),
    ("make", "make", "make"),
    ("tini", "tini", "tini"),
    ("dumb-init", "dumb-init", "dumb-init"),
    ("gosu", "gosu", ""),
    ("su-exec", "", "su-exec"),
    ("crond", "", ""),
    ("cron", "cron", ""),
    ("crontab", "cron", ""),
    ("supervisord supervisorctl", "supervisor", "supervisor"),
    (
        "psql pg_dump pg_restore pg_isready createdb dropdb",
        "postgresql-client",
        "postgresql-client",
    ),
    ("mysql mysqldump mysqladmin", "default-mysql-client", "mysql-client"),
    ("mariadb mariadb-dump mariadb-admin", "mariadb-client", "mariadb-client"),
    ("sqlite3", "sqlite3", "sqlite"),
    ("redis-cli", "redis-tools", "redis"),
    ("redis-server", "redis-server", "redis"),
    ("ldapsearch ldapadd ldapmodify", "ldap-utils", "openldap-clients"),
    ("ffmpeg ffprobe", "ffmpeg", "ffmpeg"),
    ("convert identify mogrify", "imagemagick", "imagemagick"),
    ("gs", "ghostscript", "ghostscript"),
    ("dot", "graphviz", "graphviz"),
    ("pdftotext pdftoppm pdfinfo", "poppler-utils", "poppler-utils"),
    ("tesseract", "tesseract-ocr", "tesseract-ocr"),
    ("xmllint", "libxml2-utils", "libxml2-utils"),
    ("xsltproc", "xsltproc", "libxslt"),
    ("nginx", "nginx", "nginx"),
    ("apachectl apache2ctl", "apache2", "apache2"),
    ("python3", "python3", "python3"),
    ("pip3", "python3-pip", "py3-pip"),
    ("ruby", "ruby", "ruby"),
    ("node", "nodejs", "nodejs"),
    ("npm npx", "npm", "npm"),
    ("iptables ip6tables", "iptables", "iptables"),
    ("column hexdump", "bsdextrautils", ""),
    ("xvfb-run Xvfb", "xvfb", "xvfb-run"),
    ("strace", "strace", "strace"),
    ("aws", "awscli", "aws-cli"),
    ("service", "", "openrc"),
    ("start-stop-daemon", "", "openrc"),
];

/// The packages with programs that a full image of python, node, ruby, rust and golang holds without a
/// line of the file, and the slim one does not.
///
/// Source: the Dockerfiles of `buildpack-deps`. openssl comes with ca-certificates, Python with
/// Mercurial.
const FULL: &[&str] = &[
    "bzip2",
    "curl",
    "file",
    "git",
    "gnupg",
    "imagemagick",
    "make",
    "mercurial",
    "openssh-client",
    "openssl",
    "patch",
    "procps",
    "python3",
    "subversion",
    "unzip",
    "wget",
    "xz-utils",
];

/// Programs of these images that no small image gets: who starts them builds.
const COMPILERS: &[&str] =
    &["ar", "as", "autoconf", "automake", "c++", "cc", "cpp", "g++", "gcc", "ld", "libtool", "m4"];

/// Programs whose names are words of other meanings, too, so that a text that holds one says nothing.
const WORDS: &[&str] = &["free", "top", "w", "watch"];

/// Packages that another distribution's name stands for in Ubuntu.
const UBUNTU: &[(&str, &str)] = &[("default-mysql-client", "mysql-client")];

/// Where a program comes from on a distribution.
pub fn holder(program: &str, distribution: Distribution) -> Holder {
    let has = |list: &str| list.split_whitespace().any(|one| one == program);
    let base = match distribution {
        Distribution::Debian(_) | Distribution::Ubuntu(_) => DEBIAN,
        Distribution::Alpine(_) => ALPINE,
        // Every image with a shell has these.
        Distribution::Other if program == "sh" || has(BUILT_IN) => return Holder::Base,
        // There is no shell, or no manager that is known to get anything with.
        Distribution::Distroless(_) | Distribution::None | Distribution::Other => {
            return Holder::Unknown;
        }
    };
    let in_release = IN_SOME.iter().any(|(name, releases)| {
        *name == program && distribution.release().is_some_and(|r| releases.contains(&r.name))
    });
    if has(BUILT_IN) || has(base) || in_release {
        return Holder::Base;
    }
    let Some((_, debian, alpine)) = PACKAGES.iter().find(|(programs, ..)| has(programs)) else {
        return Holder::Unknown;
    };
    let package = match distribution {
        Distribution::Alpine(_) => *alpine,
        Distribution::Ubuntu(_) => {
            UBUNTU.iter().find(|(name, _)| name == debian).map_or(*debian, |(_, other)| *other)
        }
        _ => *debian,
    };
    if package.is_empty() { Holder::Unknown } else { Holder::Package(package) }
}

/// Whether the full Debian images hold a program without a line of the file.
pub fn is_in_full(program: &str) -> bool {
    COMPILERS.contains(&program) || rows_of_full().any(|(own, _)| own == program)
}

/// The programs that only full Debian images hold, each with its package, but for those whose names
/// say nothing in a text.
pub fn told_by_name() -> impl Iterator<Item = (&'static str, &'static str)> {
    rows_of_full().filter(|(program, _)| !WORDS.contains(program))
}

fn rows_of_full() -> impl Iterator<Item = (&'static str, &'static str)> {
    let rows = PACKAGES.iter().filter(|(_, debian, _)| FULL.contains(debian));
    rows.flat_map(|(programs, debian, _)| programs.split(' ').map(|program| (program, *debian)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::release::named;

    /// Programs, and where they come from on Debian 12, Debian 13 and Alpine.
    #[track_caller]
    fn check(programs: &str, expected: [Holder; 3]) {
        let debian = |name| Distribution::Debian(named(name).expect(name));
        let bases = [debian("bookworm"), debian("trixie"), Distribution::Alpine(None)];
        for program in programs.split(' ') {
            assert_eq!(bases.map(|base| holder(program, base)), expected, "{program}");
        }
    }

    #[test]
    fn programs_by_distribution() {
        use Holder::{Base, Package, Unknown};
        check("sh cat sed grep awk tar find cd exec [ getent timeout", [Base, Base, Base]);
        check("bash", [Base, Base, Package("bash")]);
        check("curl", [Package("curl"), Package("curl"), Package("curl")]);
        check("adduser addgroup", [Base, Package("adduser"), Base]);
        check("useradd groupadd", [Base, Base, Package("shadow")]);
        check("ps pgrep", [Package("procps"), Package("procps"), Base]);
        check("nc", [Package("netcat-openbsd"), Package("netcat-openbsd"), Base]);
        check("wget", [Package("wget"), Package("wget"), Base]);
        check("psql", [Package("postgresql-client"); 3]);
        check("envsubst", [Package("gettext-base"), Package("gettext-base"), Package("gettext")]);
        check("gosu", [Package("gosu"), Package("gosu"), Unknown]);
        check("su-exec", [Unknown, Unknown, Package("su-exec")]);
        check("left-pad", [Unknown; 3]);
    }

    #[test]
    fn ubuntu_has_its_own_names() {
        let ubuntu = |name| Distribution::Ubuntu(named(name).expect(name));
        assert_eq!(holder("mysql", ubuntu("jammy")), Holder::Package("mysql-client"));
        assert_eq!(holder("adduser", ubuntu("jammy")), Holder::Base);
        assert_eq!(holder("adduser", ubuntu("noble")), Holder::Package("adduser"));
        assert_eq!(holder("sh", Distribution::None), Holder::Unknown);
    }

    #[test]
    fn what_full_images_hold() {
        for program in ["curl", "wget", "ps", "top", "git", "hg", "ssh", "gcc"] {
            assert!(is_in_full(program), "{program}");
        }
        for program in ["aws", "supervisord", "gunicorn", "sh", "psql"] {
            assert!(!is_in_full(program), "{program}");
        }
        assert!(told_by_name().any(|row| row == ("ssh-keygen", "openssh-client")));
        assert!(!told_by_name().any(|(program, _)| program == "top"));
        let known = |name: &&&str| PACKAGES.iter().any(|(_, debian, _)| debian == *name);
        assert_eq!(FULL.iter().filter(known).count(), FULL.len());
        assert_eq!(holder("curl", Distribution::Other), Holder::Unknown);
        assert_eq!(holder("sh", Distribution::Other), Holder::Base);
    }

    #[test]
    fn no_program_has_two_packages() {
        let mut seen = Vec::new();
        for program in PACKAGES.iter().flat_map(|(programs, ..)| programs.split(' ')) {
            assert!(!seen.contains(&program), "{program}");
            seen.push(program);
        }
    }
}
