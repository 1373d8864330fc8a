//! The smallest file that still shows something.

/// A text made smaller as long as `shows` holds: without lines, then without characters.
pub fn shrink(text: &str, mut shows: impl FnMut(&str) -> bool) -> String {
    let lines = |text: &str| text.split_inclusive('\n').map(str::to_owned).collect::<Vec<_>>();
    let chars = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
    let smaller = without_parts(lines(text), &mut shows);
    without_parts(chars(&smaller.concat()), &mut shows).concat()
}

/// Leaves out runs of parts, long ones first.
fn without_parts(mut parts: Vec<String>, shows: &mut impl FnMut(&str) -> bool) -> Vec<String> {
    let mut run = parts.len().div_ceil(2);
    while run > 0 {
        let mut at = 0;
        let mut changed = false;
        while at < parts.len() {
            let mut fewer = parts.clone();
            fewer.drain(at..(at + run).min(parts.len()));
            if shows(&fewer.concat()) {
                parts = fewer;
                changed = true;
            } else {
                at += run;
            }
        }
        if !(changed && run == 1) {
            run /= 2;
        }
    }
    parts
}

#[test]
fn shrinks_to_what_shows() {
    let shown = shrink("a\nfirst x\nb\nc y\n", |text| text.contains('x') && text.contains('y'));
    assert_eq!(shown, "xy");
}
