//! Text in columns.

use unicode_width::UnicodeWidthStr;

/// What stands between two columns.
const GAP: &str = "  ";

/// Rows with their cells one below the other, as a terminal shows them. A row may be short.
pub fn render(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.width()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| padded(cell, *width) + GAP);
        cells.collect::<String>().trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

/// `text` with blanks behind it, to be that many places wide in a terminal.
pub fn padded(text: &str, width: usize) -> String {
    text.to_owned() + &" ".repeat(width.saturating_sub(text.width()))
}

#[cfg(test)]
mod tests {
    use super::render;

    #[test]
    fn columns_are_as_wide_as_they_look() {
        let rows: Vec<Vec<String>> = [&["A", "B", "C"][..], &["漢字", "", "é"], &["–"], &[]]
            .into_iter()
            .map(|row| row.iter().map(ToString::to_string).collect())
            .collect();
        assert_eq!(render(&rows), "A     B  C\n漢字     é\n–\n\n");
        assert_eq!(render(&[]), "");
    }
}
