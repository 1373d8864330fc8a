//! What an installed package is there for.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::split::release::Distribution;

/// What a package is there for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Use {
    /// Only for building: compilers, headers without a part for the run time.
    Build,
    /// Needed as it is when the program runs.
    Run,
    /// For building; what is built with it needs these packages instead.
    Library(Vec<&'static str>),
    /// Programs that a script or a command may call: needed only if something at run time names one
    /// of them.
    Tool(&'static [&'static str]),
    /// Not in the tables.
    Unknown,
}

/// Packages for building alone, on any distribution. What C compilers leave for the run time (the
/// C++ library) is in every Debian and Ubuntu; for Alpine it is in `alpine.tsv`.
const BUILD: &str = "
    build-essential gcc g++ cpp clang llvm lld binutils ccache distcc cmake cmake-data
    ninja-build ninja samurai meson scons bazel automake autoconf autoconf-archive
    autotools-dev autopoint libtool libtool-bin m4 pkg-config pkgconf pkgconfig dpkg-dev
    debhelper devscripts fakeroot equivs dh-make bison flex byacc gperf re2c ragel nasm yasm
    patch patchutils patchelf chrpath quilt swig swig4.0 gengetopt help2man texinfo doxygen
    xmlto asciidoc docbook-xsl intltool itstool gtk-doc-tools gobject-introspection
    libglib2.0-dev-bin protobuf-compiler protobuf-compiler-grpc protoc protoc-gen-go
    thrift-compiler flatbuffers-compiler capnproto cython cython3 python3-setuptools
    python3-wheel python3-venv python3-virtualenv python3-pip-whl python3-distutils
    python-setuptools python3-build python3-installer py3-setuptools py3-wheel
    py3-virtualenv virtualenv ruby-dev upx upx-ucl linux-headers libc-dev libc6-dev musl-dev
    musl-tools libc-dev-bin linux-libc-dev build-base alpine-sdk abuild fortify-headers ccls
    lcov gcovr cppcheck clang-format clang-tidy clang-tools cloc golang-src rustc rustup ghc
    cabal-install haskell-stack stack ocaml opam ocaml-nox fpc gnat dmd ldc gcc-multilib
    g++-multilib gcc-aarch64-linux-gnu g++-aarch64-linux-gnu gcc-arm-linux-gnueabihf
    g++-arm-linux-gnueabihf gcc-mingw-w64 crossbuild-essential-arm64
    crossbuild-essential-armhf mingw-w64 qemu-user-static binfmt-support man-db manpages
    manpages-dev software-properties-common apt-transport-https apt-utils debian-keyring
    debian-archive-keyring ubuntu-keyring aptitude debconf-utils checkinstall ivy node-gyp
    eatmydata bash-completion binutils-common zig
";

/// Packages that are needed as they are.
const RUN: &str = "
    ca-certificates ca-certificates-java ca-certificates-bundle tzdata tzdata-legacy locales
    locales-all musl-locales icu-data-full icu-data-en icu-libs fontconfig fontconfig-config
    ttf-dejavu ttf-freefont ttf-liberation ttf-mscorefonts-installer msttcorefonts-installer
    xfonts-base xfonts-75dpi xfonts-utils font-noto shared-mime-info mime-support
    media-types mailcap tini dumb-init gosu su-exec catatonit s6 s6-overlay runit supervisor
    libcap2-bin libcap-utils libcap libcap2 gcompat libc6-compat libstdc++ libstdc++6 libgcc
    libgcc-s1 libgomp libgomp1 libatomic1 libatomic libquadmath0 libgfortran5 libgfortran
    libc6 libc-bin libjemalloc2 jemalloc libtcmalloc-minimal4 mimalloc mimalloc2
    libmimalloc2.0 postgresql postgresql-client postgresql-contrib mysql-client mysql-server
    default-mysql-client mariadb-client mariadb-server sqlite3 sqlite redis redis-server
    redis-tools memcached mongodb mongodb-org-tools freetds-bin tdsodbc odbcinst
    odbc-postgresql msodbcsql17 msodbcsql18 mssql-tools ffmpeg imagemagick imagemagick-6.q16
    graphicsmagick ghostscript gsfonts graphviz wkhtmltopdf chromium chromium-browser
    chromium-driver chromium-chromedriver google-chrome-stable firefox firefox-esr xvfb
    x11vnc xauth tesseract-ocr poppler-utils poppler-data pandoc antiword unrtf catdoc
    libreoffice qpdf pdftk exiftool libimage-exiftool-perl jpegoptim optipng pngquant
    gifsicle webp libvips-tools inkscape librsvg2-bin sox lame vorbis-tools mediainfo espeak
    espeak-ng mecab aspell hunspell nginx nginx-light nginx-full nginx-extras apache2
    apache2-utils lighttpd haproxy varnish squid caddy bind9 dnsmasq openvpn wireguard-tools
    strongswan stunnel4 tor privoxy postfix exim4 sendmail msmtp msmtp-mta ssmtp
    dovecot-imapd cyrus-sasl cyrus-sasl-plain libsasl2-modules cron cronie dcron rsyslog
    syslog-ng logrotate dbus dbus-x11 avahi-daemon openssh-server vsftpd proftpd samba
    nfs-common nfs-utils cifs-utils fuse fuse3 s3fs smartmontools pciutils usbutils udev
    eudev kmod libnss3 libgl1 libgl1-mesa-glx libgl1-mesa-dri libglib2.0-0 libglib2.0-0t64
    libsm6 libxext6 libxrender1 mesa-dri-gallium ncurses-terminfo-base ncurses-term terminfo
    erlang erlang-base mono-runtime mono-complete ruby-full r-base r-base-core octave
    swi-prolog gnuplot texlive texlive-latex-base lua5.1 lua5.3 lua5.4 luajit tcl tk
    krb5-user krb5-config libnss-ldapd libpam-ldapd libpam-modules nss-pam-ldapd sssd
    iptables nftables ipset conntrack ebtables tcpdump libpcap0.8 libpcap aws-cli awscli
    google-cloud-sdk google-cloud-cli docker docker.io docker-cli docker-ce-cli kubectl
    libaio1 libaio1t64 libaio musl
";

/// Tools that a script may call, and the programs each package holds, the usual ones.
#[rustfmt::skip]
const TOOLS: &[(&str, &[&str])] = &[
    ("curl", &["curl"]),
    ("wget", &["wget"]),
    ("bash", &["bash"]),
    ("zsh", &["zsh"]),
    ("fish", &["fish"]),
    ("ksh", &["ksh"]),
    ("tcsh", &["tcsh", "csh"]),
    ("git", &["git"]),
    ("jq", &["jq"]),
    ("yq", &["yq"]),
    ("openssl", &["openssl"]),
    ("openssh", &["ssh", "scp", "sftp", "sshd", "ssh-keygen", "ssh-agent", "ssh-add", "ssh-keyscan"]),
    ("openssh-client", &["ssh", "scp", "sftp", "ssh-keygen", "ssh-agent", "ssh-add", "ssh-keyscan"]),
    ("openssh-clients", &["ssh", "scp", "sftp", "ssh-keygen", "ssh-agent", "ssh-add", "ssh-keyscan"]),
    ("openssh-keygen", &["ssh-keygen"]),
    ("sshpass", &["sshpass"]),
    ("rsync", &["rsync"]),
    ("procps", &["ps", "top", "free", "kill", "pgrep", "pkill", "pmap", "sysctl", "uptime", "vmstat", "w", "watch"]),
    ("procps-ng", &["ps", "top", "free", "kill", "pgrep", "pkill", "pmap", "sysctl", "uptime", "vmstat", "w", "watch"]),
    ("psmisc", &["killall", "fuser", "pstree", "peekfd"]),
    ("lsof", &["lsof"]),
    ("netcat", &["nc", "netcat"]),
    ("netcat-openbsd", &["nc", "netcat"]),
    ("netcat-traditional", &["nc", "netcat"]),
    ("nmap", &["nmap", "ncat", "nping"]),
    ("nmap-ncat", &["ncat", "nc"]),
    ("ncat", &["ncat"]),
    ("socat", &["socat"]),
    ("telnet", &["telnet"]),
    ("net-tools", &["ifconfig", "netstat", "route", "arp", "hostname"]),
    ("iproute2", &["ip", "ss", "tc", "bridge"]),
    ("iputils", &["ping", "arping", "tracepath"]),
    ("iputils-ping", &["ping"]),
    ("inetutils-ping", &["ping"]),
    ("traceroute", &["traceroute"]),
    ("dnsutils", &["dig", "nslookup", "nsupdate", "host"]),
    ("bind9-dnsutils", &["dig", "nslookup", "nsupdate", "host"]),
    ("bind9-host", &["host"]),
    ("bind-tools", &["dig", "nslookup", "nsupdate", "host"]),
    ("whois", &["whois", "mkpasswd"]),
    ("unzip", &["unzip", "funzip", "zipinfo"]),
    ("zip", &["zip"]),
    ("p7zip", &["7z", "7za", "7zr", "p7zip"]),
    ("p7zip-full", &["7z", "7za", "7zr", "p7zip"]),
    ("unrar", &["unrar"]),
    ("bzip2", &["bzip2", "bunzip2", "bzcat", "tar"]),
    ("xz-utils", &["xz", "unxz", "xzcat", "lzma", "unlzma", "tar"]),
    ("xz", &["xz", "unxz", "xzcat", "lzma", "unlzma", "tar"]),
    ("zstd", &["zstd", "unzstd", "zstdcat"]),
    ("lz4", &["lz4", "unlz4", "lz4cat"]),
    ("lzop", &["lzop"]),
    ("brotli", &["brotli"]),
    ("pigz", &["pigz", "unpigz"]),
    ("gzip", &["gzip", "gunzip", "zcat"]),
    ("tar", &["tar"]),
    ("cpio", &["cpio"]),
    ("sed", &["sed"]),
    ("grep", &["grep", "egrep", "fgrep"]),
    ("gawk", &["gawk", "awk"]),
    ("mawk", &["mawk", "awk"]),
    ("findutils", &["find", "xargs"]),
    ("diffutils", &["diff", "cmp", "diff3", "sdiff"]),
    ("file", &["file"]),
    ("bc", &["bc"]),
    ("xxd", &["xxd"]),
    ("moreutils", &["sponge", "ts", "chronic", "parallel", "ifne", "vipe"]),
    ("parallel", &["parallel", "sem"]),
    ("expect", &["expect", "unbuffer"]),
    ("screen", &["screen"]),
    ("tmux", &["tmux"]),
    ("gettext", &["envsubst", "gettext", "ngettext", "msgfmt", "xgettext", "msgmerge", "msginit", "gettext.sh"]),
    ("gettext-base", &["envsubst", "gettext", "ngettext", "gettext.sh"]),
    ("coreutils", &["timeout", "stat", "date", "realpath", "readlink", "sort", "split", "numfmt", "stdbuf", "nproc", "install", "env", "ls", "cp", "mv", "rm", "chmod", "chown", "mktemp", "sha256sum", "md5sum", "base64", "tr", "cut", "head", "tail", "tee", "wc", "seq", "shuf"]),
    ("util-linux", &["flock", "getopt", "setpriv", "runuser", "setsid", "nsenter", "unshare", "uuidgen", "mount", "umount", "findmnt", "lsblk", "blkid", "script", "taskset", "renice", "logger"]),
    ("uuid-runtime", &["uuidgen", "uuidd"]),
    ("adduser", &["adduser", "addgroup", "deluser", "delgroup"]),
    ("passwd", &["useradd", "groupadd", "usermod", "groupmod", "userdel", "groupdel", "passwd", "chpasswd"]),
    ("shadow", &["useradd", "groupadd", "usermod", "groupmod", "userdel", "groupdel", "passwd", "chpasswd"]),
    ("acl", &["setfacl", "getfacl"]),
    ("attr", &["setfattr", "getfattr", "attr"]),
    ("inotify-tools", &["inotifywait", "inotifywatch"]),
    ("entr", &["entr"]),
    ("rlwrap", &["rlwrap"]),
    ("pwgen", &["pwgen"]),
    ("httpie", &["http", "https"]),
    ("aria2", &["aria2c"]),
    ("axel", &["axel"]),
    ("lftp", &["lftp"]),
    ("ftp", &["ftp"]),
    ("perl", &["perl", "prove", "shasum", "cpan"]),
    ("python", &["python", "python2"]),
    ("python2", &["python", "python2"]),
    ("python3", &["python3", "python", "pydoc3"]),
    ("python3-minimal", &["python3", "python"]),
    ("python-is-python3", &["python"]),
    ("python3-pip", &["pip", "pip3"]),
    ("python-pip", &["pip", "pip2"]),
    ("py3-pip", &["pip", "pip3"]),
    ("py-pip", &["pip", "pip3"]),
    ("nodejs", &["node", "nodejs", "npm", "npx", "corepack"]),
    ("nodejs-current", &["node", "nodejs", "npm", "npx"]),
    ("npm", &["npm", "npx"]),
    ("yarn", &["yarn", "yarnpkg"]),
    ("ruby", &["ruby", "gem", "irb", "erb", "rake", "bundle", "bundler"]),
    ("lua", &["lua", "luac"]),
    ("xmlstarlet", &["xmlstarlet"]),
    ("libxml2-utils", &["xmllint", "xmlcatalog"]),
    ("xsltproc", &["xsltproc"]),
    ("go", &["go", "gofmt"]),
    ("rust", &["rustc", "rustdoc"]),
    ("iperf3", &["iperf3"]),
    ("stress", &["stress"]),
    ("bsdmainutils", &["column", "hexdump", "cal", "look"]),
    ("bsdextrautils", &["column", "hexdump", "look"]),
    ("ed", &["ed"]),
    ("time", &["time"]),
    ("at", &["at", "atd", "batch"]),
    ("uidmap", &["newuidmap", "newgidmap"]),
    ("fakechroot", &["fakechroot"]),
    ("sysstat", &["sar", "iostat", "mpstat", "pidstat"]),
    ("gnutls-bin", &["certtool", "gnutls-cli"]),
    ("ldap-utils", &["ldapsearch", "ldapadd", "ldapmodify"]),
    ("pv", &["pv"]),
    ("datamash", &["datamash"]),
    ("rename", &["rename", "prename"]),
    ("dos2unix", &["dos2unix", "unix2dos"]),
    ("apg", &["apg"]),
    ("figlet", &["figlet"]),
    ("sudo", &["sudo", "visudo"]),
    ("doas", &["doas"]),
    ("vim", &["vim", "vi"]),
    ("vim-tiny", &["vi"]),
    ("neovim", &["nvim"]),
    ("nano", &["nano"]),
    ("emacs", &["emacs"]),
    ("tree", &["tree"]),
    ("htop", &["htop"]),
    ("less", &["less"]),
    ("gnupg", &["gpg", "gpg2", "gpg-agent", "gpgconf", "gpgv"]),
    ("gnupg1", &["gpg", "gpg1"]),
    ("gnupg2", &["gpg", "gpg2", "gpg-agent", "gpgconf", "gpgv"]),
    ("dirmngr", &["dirmngr", "gpg"]),
    ("mercurial", &["hg"]),
    ("subversion", &["svn", "svnadmin", "svnserve"]),
    ("bzr", &["bzr"]),
    ("cvs", &["cvs"]),
    ("git-lfs", &["git-lfs", "git"]),
    ("make", &["make", "gmake"]),
    ("golang", &["go", "gofmt"]),
    ("golang-go", &["go", "gofmt"]),
    ("cargo", &["cargo"]),
    ("maven", &["mvn"]),
    ("gradle", &["gradle"]),
    ("ant", &["ant"]),
    ("sbt", &["sbt"]),
    ("leiningen", &["lein"]),
    ("composer", &["composer"]),
    ("yarnpkg", &["yarn", "yarnpkg"]),
    ("gdb", &["gdb", "gdbserver"]),
    ("lldb", &["lldb"]),
    ("strace", &["strace"]),
    ("ltrace", &["ltrace"]),
    ("valgrind", &["valgrind"]),
    ("lsb-release", &["lsb_release"]),
    ("dialog", &["dialog"]),
];

const JAVA: &[&str] =
    &["java", "javac", "jar", "jcmd", "jshell", "jlink", "jps", "jstack", "jmap", "keytool"];

/// What a name begins or ends with, and what that makes it. The first that fits counts.
const SHAPES: &[(Shape, Use)] = &[
    (Shape::Begins("linux-headers-"), Use::Build),
    (Shape::Numbered("gcc-"), Use::Build),
    (Shape::Numbered("g++-"), Use::Build),
    (Shape::Numbered("cpp-"), Use::Build),
    (Shape::Numbered("clang-"), Use::Build),
    (Shape::Numbered("llvm-"), Use::Build),
    (Shape::Numbered("lld-"), Use::Build),
    (Shape::Numbered("golang-"), Use::Build),
    (Shape::Numbered("automake"), Use::Build),
    (Shape::Developing("libstdc++-"), Use::Build),
    (Shape::Developing("libgcc-"), Use::Build),
    (Shape::Begins("openjdk-jdk"), Use::Tool(JAVA)),
    // Alpine's name for the JDK and its JRE.
    (Shape::Numbered("openjdk"), Use::Tool(JAVA)),
    (Shape::Ends("-jdk"), Use::Tool(JAVA)),
    (Shape::Ends("-jdk-headless"), Use::Tool(JAVA)),
    (Shape::Ends("-jre"), Use::Run),
    (Shape::Ends("-jre-headless"), Use::Run),
    (Shape::Ends("-jre-base"), Use::Run),
    // Not known, so that no shape below takes them for something else.
    (Shape::Ends("-dev"), Use::Unknown),
    (Shape::Ends("-doc"), Use::Unknown),
    (Shape::Ends("-dbg"), Use::Unknown),
    (Shape::Begins("fonts-"), Use::Run),
    (Shape::Begins("font-"), Use::Run),
    (Shape::Begins("ttf-"), Use::Run),
    (Shape::Begins("tesseract-ocr-"), Use::Run),
    (Shape::Begins("language-pack-"), Use::Run),
    (Shape::Begins("libreoffice-"), Use::Run),
    (Shape::Begins("postgresql-client-"), Use::Run),
    (Shape::Begins("hunspell-"), Use::Run),
    (Shape::Begins("aspell-"), Use::Run),
    (Shape::Begins("texlive-"), Use::Run),
    (Shape::Begins("php"), Use::Run),
    (Shape::Begins("python3-"), Use::Run),
    (Shape::Begins("py3-"), Use::Run),
    (Shape::Begins("gstreamer1.0-"), Use::Run),
    (Shape::Begins("nginx-mod-"), Use::Run),
    (Shape::Begins("libapache2-mod-"), Use::Run),
    (Shape::Ends("-libs"), Use::Run),
    // A library with the number of its interface, as programs are linked with.
    (Shape::Soname, Use::Run),
];

enum Shape {
    Begins(&'static str),
    Ends(&'static str),
    /// That, and a number: `gcc-12`.
    Numbered(&'static str),
    /// That, a number and `-dev`.
    Developing(&'static str),
    /// `libpq5`, `libicu72`, `libssl3t64`, `libglib2.0-0`.
    Soname,
}

impl Shape {
    fn fits(&self, name: &str) -> bool {
        let is_number = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_digit())
                && text.chars().all(|c| c.is_ascii_digit() || c == '.')
        };
        match self {
            Shape::Begins(start) => name.starts_with(start),
            Shape::Ends(end) => name.ends_with(end),
            Shape::Numbered(start) => name.strip_prefix(start).is_some_and(is_number),
            Shape::Developing(start) => name
                .strip_prefix(start)
                .and_then(|rest| rest.strip_suffix("-dev"))
                .is_some_and(is_number),
            Shape::Soname => {
                let name = name.strip_suffix("t64").unwrap_or(name);
                name.starts_with("lib") && name.ends_with(|c: char| c.is_ascii_digit())
            }
        }
    }
}

static LIBRARIES: &str = include_str!("libraries.tsv");
static ALPINE: &str = include_str!("alpine.tsv");

/// Cells by column and package.
static CELLS: LazyLock<HashMap<(&str, &str), &str>> = LazyLock::new(|| {
    let mut cells = HashMap::new();
    for table in [LIBRARIES, ALPINE] {
        let mut lines = table.lines();
        let columns: Vec<_> = lines.next().unwrap_or_default().split('\t').skip(1).collect();
        for line in lines {
            let mut row = line.split('\t');
            let package = row.next().unwrap_or_default();
            for (column, cell) in columns.iter().zip(row).filter(|(_, cell)| *cell != "?") {
                cells.insert((*column, package), cell);
            }
        }
    }
    cells
});

/// What a package of a distribution is there for.
///
/// On Alpine, too, names of Debian's development packages are known, for what `native` and
/// `IMPLICIT` name.
pub fn use_of(name: &str, distribution: Distribution) -> Use {
    let column = match distribution {
        Distribution::Alpine(_) => Some("alpine"),
        _ => distribution.release().map(|release| release.name),
    };
    match column.and_then(|column| CELLS.get(&(column, name))) {
        Some(&"-") => return Use::Build,
        Some(cell) => return Use::Library(cell.split(' ').collect()),
        None => {}
    }
    if let Some((_, programs)) = TOOLS.iter().find(|(tool, _)| *tool == name) {
        return Use::Tool(programs);
    }
    for (list, kind) in [(BUILD, Use::Build), (RUN, Use::Run)] {
        if list.split_whitespace().any(|one| one == name) {
            return kind;
        }
    }
    let shape = SHAPES.iter().find(|(shape, _)| shape.fits(name));
    shape.map_or(Use::Unknown, |(_, kind)| kind.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::release::named;

    fn distribution(name: &str) -> Distribution {
        match named(name) {
            Some(release) if release.distribution == "ubuntu" => Distribution::Ubuntu(release),
            Some(release) => Distribution::Debian(release),
            None => Distribution::Alpine(None),
        }
    }

    /// A development package, and the packages that stand for it, by release.
    #[track_caller]
    fn library(name: &str, expected: &[(&str, &'static str)]) {
        for (release, packages) in expected {
            let found = use_of(name, distribution(release));
            let packages = packages.split(' ').collect();
            assert_eq!(found, Use::Library(packages), "{name} on {release}");
        }
    }

    #[track_caller]
    fn check(names: &str, release: &str, expected: &Use) {
        for name in names.split(' ') {
            assert_eq!(use_of(name, distribution(release)), *expected, "{name} on {release}");
        }
    }

    #[test]
    fn libraries_with_the_same_name_everywhere() {
        for (dev, debian, alpine) in [
            ("libpq-dev", "libpq5", "libpq"),
            ("libsqlite3-dev", "libsqlite3-0", "sqlite-libs"),
            ("libxml2-dev", "libxml2", "libxml2"),
            ("zlib1g-dev", "zlib1g", "zlib"),
            ("libyaml-dev", "libyaml-0-2", "yaml"),
            ("libpcre2-dev", "libpcre2-8-0", "pcre2"),
            ("libjemalloc-dev", "libjemalloc2", "jemalloc"),
            ("libzmq3-dev", "libzmq5", "libzmq"),
        ] {
            for release in ["bullseye", "bookworm", "trixie", "focal", "jammy", "noble"] {
                library(dev, &[(release, debian)]);
            }
            library(dev, &[("alpine", alpine)]);
        }
    }

    #[test]
    fn libraries_whose_name_changes() {
        library(
            "libssl-dev",
            &[
                ("bullseye", "libssl1.1"),
                ("bookworm", "libssl3"),
                ("trixie", "libssl3t64"),
                ("focal", "libssl1.1"),
                ("jammy", "libssl3"),
                ("noble", "libssl3t64"),
                ("alpine", "libssl3 libcrypto3"),
            ],
        );
        library(
            "libicu-dev",
            &[
                ("bullseye", "libicu67"),
                ("bookworm", "libicu72"),
                ("trixie", "libicu76"),
                ("focal", "libicu66"),
                ("jammy", "libicu70"),
                ("noble", "libicu74"),
            ],
        );
        let mysql =
            [("bookworm", "libmariadb3"), ("trixie", "libmariadb3"), ("jammy", "libmysqlclient21")];
        library("default-libmysqlclient-dev", &mysql);
        let jpeg = [
            ("bookworm", "libjpeg62-turbo"),
            ("jammy", "libjpeg-turbo8"),
            ("alpine", "libjpeg-turbo"),
        ];
        library("libjpeg-dev", &jpeg);
        let curl = [("bookworm", "libcurl4"), ("trixie", "libcurl4t64"), ("noble", "libcurl4t64")];
        library("libcurl4-openssl-dev", &curl);
        library(
            "libboost-regex-dev",
            &[("jammy", "libboost-regex1.74.0"), ("noble", "libboost-regex1.83.0")],
        );
        library(
            "libffi-dev",
            &[("bullseye", "libffi7"), ("bookworm", "libffi8"), ("alpine", "libffi")],
        );
        library("libldap2-dev", &[("bookworm", "libldap-2.5-0"), ("trixie", "libldap2")]);
        library("libzip-dev", &[("bookworm", "libzip4"), ("trixie", "libzip5")]);
        library("libpcre3-dev", &[("bookworm", "libpcre3")]);
        check("libpcre3-dev", "trixie", &Use::Unknown);
        library("libglib2.0-dev", &[("bookworm", "libglib2.0-0"), ("trixie", "libglib2.0-0t64")]);
    }

    #[test]
    fn alpine() {
        library("postgresql-dev", &[("alpine", "libpq")]);
        library("build-base", &[("alpine", "libstdc++ libgcc libgomp")]);
        // `libquadmath` is only made for x86, x86_64 and ppc64le; the other package brings it there.
        library("gfortran", &[("alpine", "libgfortran libgcc")]);
        check("openjdk17 openjdk8 openjdk17-jdk", "alpine", &Use::Tool(JAVA));
        check("openjdk17-jre", "alpine", &Use::Run);
        check("make-doc x-doc", "bookworm", &Use::Unknown);
        check("musl-dev linux-headers", "alpine", &Use::Build);
        check("py3-numpy font-noto-cjk icu-libs php83-gd", "alpine", &Use::Run);
    }

    #[test]
    fn the_other_uses() {
        let names =
            "build-essential gcc-12 g++ clang-14 cmake pkg-config libstdc++-12-dev libeigen3-dev";
        check(names, "bookworm", &Use::Build);
        let names = "ca-certificates tzdata locales fonts-dejavu tini ffmpeg libpq5 libicu72 libssl3t64 \
                     openjdk-17-jre-headless php8.2-mysql python3-numpy";
        for name in names.split_whitespace() {
            check(name, "bookworm", &Use::Run);
        }
        check("wget", "bookworm", &Use::Tool(&["wget"]));
        check("openjdk-17-jdk default-jdk", "jammy", &Use::Tool(JAVA));
        check("left-pad libleft-dev python3-left-dev gcc-x", "bookworm", &Use::Unknown);
    }

    #[test]
    fn without_a_known_release_libraries_are_unknown() {
        for release in ["buster", "forky", "resolute"] {
            check("libpq-dev", release, &Use::Unknown);
            check("ca-certificates", release, &Use::Run);
        }
        assert_eq!(use_of("libpq-dev", Distribution::Other), Use::Unknown);
        assert_eq!(use_of("curl", Distribution::None), Use::Tool(&["curl"]));
    }

    #[test]
    fn the_tables_are_in_order() {
        for (table, columns) in [(LIBRARIES, 8), (ALPINE, 2)] {
            let rows: Vec<Vec<&str>> =
                table.lines().map(|line| line.split('\t').collect()).collect();
            assert!(rows.iter().all(|row| row.len() == columns));
            assert!(rows.iter().flatten().all(|cell| !cell.is_empty() && cell.trim() == *cell));
            let names: Vec<_> = rows.iter().skip(1).map(|row| row[0]).collect();
            assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "sorted, each once");
        }
        let alpine: HashMap<_, _> =
            ALPINE.lines().filter_map(|line| line.split_once('\t')).collect();
        for line in LIBRARIES.lines() {
            let (name, _) = line.split_once('\t').expect(line);
            let (_, cell) = line.rsplit_once('\t').expect(line);
            let other = alpine.get(name).copied().unwrap_or("?");
            assert!(cell == "?" || other == "?" || cell == other, "{name}: {cell}, {other}");
        }
        let listed = || [BUILD, RUN].into_iter().flat_map(str::split_whitespace);
        let names: Vec<_> = listed().chain(TOOLS.iter().map(|(name, _)| *name)).collect();
        for (number, name) in names.iter().enumerate() {
            assert!(!names[number + 1..].contains(name), "{name} stands there twice");
        }
    }
}
