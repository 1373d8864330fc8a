//! Signals: the values of `STOPSIGNAL`, by the names and numbers of Linux.
//!
//! The frontend runs on Linux whatever the image is for, so these are the names it accepts.

/// A signal with a name of its own; the real-time ones are reckoned by [`parse_signal`].
#[derive(Debug)]
pub struct Signal {
    /// With `SIG`, as it is mostly written.
    pub name: &'static str,
    /// Its number on the common architectures.
    pub number: i64,
    /// One line, without a full stop.
    pub summary: &'static str,
}

/// The lowest and the highest real-time signal.
const REAL_TIME: std::ops::RangeInclusive<i64> = 34..=64;

/// Names are known up to `RTMIN+15`, and from `RTMAX-14`.
const MAX_ABOVE_LOWEST: i64 = 15;
const MAX_BELOW_HIGHEST: i64 = 14;

const fn signal(name: &'static str, number: i64, summary: &'static str) -> Signal {
    Signal { name, number, summary }
}

/// Those that stop a program first, as they are the ones to offer; then by number.
pub static SIGNALS: &[Signal] = &[
    signal("SIGTERM", 15, "Terminate: the default"),
    signal("SIGINT", 2, "Interrupt, as Ctrl+C sends it"),
    signal("SIGQUIT", 3, "Quit: graceful for nginx and php-fpm"),
    signal("SIGKILL", 9, "Kill at once; cannot be caught"),
    signal("SIGWINCH", 28, "Window change: graceful for Apache httpd"),
    signal("SIGHUP", 1, "Hang up; often: read the configuration again"),
    signal("SIGUSR1", 10, "For the program to define"),
    signal("SIGUSR2", 12, "For the program to define"),
    signal("SIGILL", 4, "Illegal instruction"),
    signal("SIGTRAP", 5, "Trap of a debugger"),
    signal("SIGABRT", 6, "Abort"),
    signal("SIGIOT", 6, "Abort, by its older name"),
    signal("SIGBUS", 7, "Bad memory access"),
    signal("SIGFPE", 8, "Arithmetic error"),
    signal("SIGSEGV", 11, "Invalid memory reference"),
    signal("SIGPIPE", 13, "Write to a pipe nobody reads"),
    signal("SIGALRM", 14, "Timer"),
    signal("SIGSTKFLT", 16, "Stack fault of a coprocessor; unused"),
    signal("SIGCHLD", 17, "A child has ended or stopped"),
    signal("SIGCLD", 17, "A child has ended or stopped, by its older name"),
    signal("SIGCONT", 18, "Continue"),
    signal("SIGSTOP", 19, "Halt; cannot be caught"),
    signal("SIGTSTP", 20, "Halt, as Ctrl+Z sends it"),
    signal("SIGTTIN", 21, "Terminal input in the background"),
    signal("SIGTTOU", 22, "Terminal output in the background"),
    signal("SIGURG", 23, "Urgent data on a socket"),
    signal("SIGXCPU", 24, "Processor time used up"),
    signal("SIGXFSZ", 25, "File grown too big"),
    signal("SIGVTALRM", 26, "Timer of the process's own time"),
    signal("SIGPROF", 27, "Timer of a profiler"),
    signal("SIGIO", 29, "Input or output is possible"),
    signal("SIGPOLL", 29, "Input or output is possible, by another name"),
    signal("SIGPWR", 30, "Power failure"),
    signal("SIGSYS", 31, "Bad system call"),
    signal("SIGRTMIN", 34, "The lowest real-time signal; SIGRTMIN+3 halts systemd"),
    signal("SIGRTMAX", 64, "The highest real-time signal"),
];

/// The number `text` stands for, as `STOPSIGNAL` reads it: any number but 0, or a name in any
/// letter case, with or without `SIG`, `RTMIN+n` and `RTMAX-n` included.
pub fn parse_signal(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse::<i64>() {
        return (number != 0).then_some(number);
    }
    let upper = text.to_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    SIGNALS
        .iter()
        .find(|signal| signal.name.strip_prefix("SIG") == Some(name))
        .map(|signal| signal.number)
        .or_else(|| real_time(name))
}

/// The named signal of that number or spelling: what hover shows.
pub fn signal_named(text: &str) -> Option<&'static Signal> {
    let number = parse_signal(text)?;
    SIGNALS.iter().find(|signal| signal.number == number)
}

/// `RTMIN+n` and `RTMAX-n`, `n` written without a leading zero.
fn real_time(name: &str) -> Option<i64> {
    let step = |text: &str, most| {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        let step: i64 = text.parse().ok()?;
        (digits && step <= most).then_some(step)
    };
    if let Some(rest) = name.strip_prefix("RTMIN+") {
        return Some(REAL_TIME.start() + step(rest, MAX_ABOVE_LOWEST)?);
    }
    Some(REAL_TIME.end() - step(name.strip_prefix("RTMAX-")?, MAX_BELOW_HIGHEST)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<i64>) {
        assert_eq!(parse_signal(text), expected, "{text:?}");
    }

    #[test]
    fn names_in_any_case_with_and_without_sig() {
        check("SIGTERM", Some(15));
        check("term", Some(15));
        check("SigQuit", Some(3));
        check("SIGSIGTERM", None);
        check("SIG", None);
        check("", None);
        check(" TERM", None);
        check("TERMINATE", None);
    }

    #[test]
    fn numbers_but_zero() {
        check("9", Some(9));
        check("+9", Some(9));
        check("-1", Some(-1));
        check("1000", Some(1000));
        check("0", None);
        check("9.0", None);
        check("0x9", None);
    }

    #[test]
    fn real_time_signals() {
        check("RTMIN", Some(34));
        check("SIGRTMIN+3", Some(37));
        check("rtmin+15", Some(49));
        check("RTMIN+16", None);
        check("RTMIN+0", None);
        check("RTMIN+03", None);
        check("RTMIN-1", None);
        check("RTMAX-14", Some(50));
        check("RTMAX-15", None);
        check("RTMAX", Some(64));
        check("RTMIN++3", None);
    }

    #[test]
    fn every_signal_is_found_by_its_name() {
        for signal in SIGNALS {
            check(signal.name, Some(signal.number));
        }
        assert_eq!(signal_named("3").map(|signal| signal.name), Some("SIGQUIT"));
        assert_eq!(signal_named("iot").map(|signal| signal.name), Some("SIGABRT"));
        assert!(signal_named("1000").is_none());
    }
}
