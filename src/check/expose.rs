//! `EXPOSE`: what a port looks like.
//!
//! Source: `frontend/dockerfile/dockerfile2llb/convert_expose.go`.

use std::net::IpAddr;

use super::{Finding, InstructionContext, Phase, comment, near};
use crate::language::Keyword;
use crate::syntax::expand::{self, Mode, NoEnv};
use crate::text::TextRange;

/// Ports that are none; those with variables are left to the build.
pub fn look(context: &InstructionContext<'_>, findings: &mut Vec<Finding>) {
    if !context.is(Keyword::Expose) {
        return;
    }
    for &word in context.command.words() {
        let text = context.text(word);
        if text.starts_with('#') {
            findings.push(comment_behind(context, word));
            return;
        }
        let parsed = expand::parse(&text, context.escape, Mode::WORD);
        if !parsed.errors.is_empty() || parsed.uses.iter().any(|found| found.sound) {
            continue;
        }
        let Ok(ports) = expand::words(&text, context.escape, &NoEnv) else { continue };
        for port in ports {
            let Err(problem) = check_port(&port) else { continue };
            findings.push(tell(context, word, &port, &problem));
        }
    }
}

/// A comment behind the ports.
fn comment_behind(context: &InstructionContext<'_>, word: TextRange) -> Finding {
    let range = TextRange::new(word.start(), context.command.rest.end());
    let finding = context
        .refused("expose-port", Phase::Build, range, comment::MESSAGE)
        .with_link(Keyword::Expose.info().link);
    match context.command.words().first() {
        Some(first) if *first != word => comment::moved_above(context, finding, word.start()),
        _ => finding,
    }
}

fn tell(
    context: &InstructionContext<'_>,
    word: TextRange,
    port: &str,
    problem: &Problem,
) -> Finding {
    let written = context.text(word);
    // The part that is wrong, where no quotes hide it.
    let part = written.find(problem.part).filter(|_| written == port && !problem.part.is_empty());
    let range = part.map_or(word, |at| context.locate(word, at..at + problem.part.len()));
    let finding = context
        .refused("expose-port", Phase::Build, range, format!("`{}` {}", problem.part, problem.what))
        .with_link(Keyword::Expose.info().link);
    let ports: Vec<_> = written.split(',').collect();
    if written == port && ports.len() > 1 && ports.iter().all(|port| check_port(port).is_ok()) {
        let title = "Write blanks between the ports";
        return finding.replace(title, word, ports.join(" "));
    }
    if problem.protocol {
        let near = near::any_case(problem.part, ["tcp", "udp", "sctp"].into_iter());
        if let Some(near) = near.filter(|_| part.is_some()) {
            return near.fix(finding, range, near.name);
        }
    }
    finding
}

struct Problem<'a> {
    part: &'a str,
    what: &'static str,
    protocol: bool,
}

fn problem<'a>(part: &'a str, what: &'static str) -> Problem<'a> {
    Problem { part, what, protocol: false }
}

/// `[ip:[host:]]port[-port][/protocol]`.
fn check_port(port: &str) -> Result<(), Problem<'_>> {
    let mut parts = port.rsplitn(3, ':');
    let (container, host, ip) = (parts.next(), parts.next(), parts.next());
    let container = container.unwrap_or_default();
    let (range, protocol) = container.split_once('/').unwrap_or((container, ""));
    if range.is_empty() {
        return Err(problem(port, "names no port. Write a number, such as `8080`."));
    }
    if !["", "tcp", "udp", "sctp"].iter().any(|known| protocol.eq_ignore_ascii_case(known)) {
        let what = "is no protocol. Write `tcp`, `udp` or `sctp`.";
        return Err(Problem { part: protocol, what, protocol: true });
    }
    check_address(ip.unwrap_or_default())?;
    let inside = numbers(range)?;
    let Some(host) = host.filter(|host| !host.is_empty()) else { return Ok(()) };
    let outside = numbers(host)?;
    if inside != outside && inside != 0 {
        return Err(problem(port, "maps ranges of different size. Write the ports only."));
    }
    Ok(())
}

fn check_address(ip: &str) -> Result<(), Problem<'_>> {
    let bare = ip.strip_prefix('[').map_or(Some(ip), |rest| rest.strip_suffix(']'));
    match bare {
        Some("") => Ok(()),
        Some(bare) if bare.parse::<IpAddr>().is_ok() => Ok(()),
        _ => Err(problem(ip, "is no address. Write the port only: EXPOSE ignores addresses.")),
    }
}

/// How many ports follow the first of a range.
fn numbers(range: &str) -> Result<u16, Problem<'_>> {
    let number = |text: &str| -> Option<u16> {
        let digits = text.strip_prefix('+').unwrap_or(text);
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        let zero = text.strip_prefix('-').is_some_and(|t| t.bytes().all(|b| b == b'0'));
        match zero && text.len() > 1 {
            true => Some(0),
            false => text.parse().ok().filter(|_| plain),
        }
    };
    let what = "is no port. Write a number from 0 to 65535, or a range such as `8000-8010`.";
    let Some((start, end)) = range.split_once('-') else {
        return number(range).map(|_| 0).ok_or(problem(range, what));
    };
    let first = number(start).ok_or(problem(range, what))?;
    if start == end {
        return Ok(0);
    }
    let last = number(end).ok_or(problem(range, what))?;
    last.checked_sub(first)
        .ok_or(problem(range, "is a range that ends before it begins. Exchange the two numbers."))
}

#[cfg(test)]
mod tests {
    use super::check_port;
    use crate::check::testing::*;

    #[test]
    fn ports_as_buildkit_reads_them() {
        for port in [
            "80",
            "0",
            "65535",
            "080",
            "+80",
            "80/",
            "80/tcp",
            "80/UDP",
            "80/sctp",
            "80-90",
            "80-80",
            "8080:80",
            "1.2.3.4:80:80",
            "1.2.3.4::80",
            "[::1]:80:80",
            "::1:80:80",
            "8000-8010:80",
            ":80",
            "80-90:80-90/udp",
        ] {
            assert!(check_port(port).is_ok(), "{port}");
        }
        for port in [
            "",
            "/tcp",
            "http",
            "80/http",
            "65536",
            "-80",
            "80-",
            "-",
            "90-80",
            "80-90:80-91",
            "x:80",
            "1.2.3:80:80",
            "80:",
            "[80]",
            "80/tcp/udp",
            "1.2.3.4.5:1:1",
            "80:90-100",
        ] {
            assert!(check_port(port).is_err(), "{port}");
        }
    }

    #[test]
    fn ports_that_are_none() {
        let code = "expose-port";
        check("FROM a\nEXPOSE ⟦http⟧\n", &[code]);
        check("FROM a\nEXPOSE 80/⟦http⟧ ⟦99999⟧\n", &[code, code]);
        check("FROM a\nEXPOSE ⟦[\"80\"]⟧\n", &[code]);
        check("FROM a\nEXPOSE ⟦90-80⟧/tcp\n", &[code]);
        check("FROM a\nEXPOSE 80 ⟦# the web⟧\n", &[code]);
        fixed("FROM a\nEXPOSE 80 # the web\n", code, "FROM a\n# the web\nEXPOSE 80\n");
        fixed("FROM a\nEXPOSE 80,443/tcp\n", code, "FROM a\nEXPOSE 80 443/tcp\n");
        fixed("FROM a\nEXPOSE 80/tpc\n", code, "FROM a\nEXPOSE 80/tcp\n");
        sound(&[
            "EXPOSE 80",
            "EXPOSE 80/udp 90-95",
            "EXPOSE $PORT",
            "EXPOSE \"\"",
            "EXPOSE \"80\"",
        ]);
    }
}
