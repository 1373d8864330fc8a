//! The screen of a Neovim session, kept up from what Neovim tells its user interfaces to draw.

use std::fmt;

use rmpv::Value;

/// What a user looks at: rows of cells, a cell being one character with its combining marks, or
/// nothing behind a wide one.
#[derive(Default)]
pub struct Screen {
    rows: Vec<Vec<String>>,
}

impl Screen {
    /// Takes the parameters of one `redraw` notification: batches of `[name, arguments…]`.
    pub fn redraw(&mut self, batches: &[Value]) {
        for batch in batches.iter().filter_map(Value::as_array) {
            let Some((name, calls)) = batch.split_first() else { continue };
            for call in calls.iter().filter_map(Value::as_array) {
                match name.as_str() {
                    Some("grid_resize") => self.resize(number(call, 1), number(call, 2)),
                    Some("grid_clear") => {
                        self.rows.iter_mut().flatten().for_each(|cell| *cell = " ".into());
                    }
                    Some("grid_line") => self.line(call),
                    Some("grid_scroll") => self.scroll(call),
                    _ => {}
                }
            }
        }
    }

    /// What stands in a box, row by row.
    pub fn cut(&self, top: usize, left: usize, height: usize, width: usize) -> Vec<String> {
        let rows = self.rows.iter().skip(top).take(height);
        rows.map(|row| row.iter().skip(left).take(width).map(String::as_str).collect()).collect()
    }

    fn resize(&mut self, width: usize, height: usize) {
        self.rows.resize_with(height, Vec::new);
        self.rows.iter_mut().for_each(|row| row.resize(width, " ".into()));
    }

    /// `[grid, row, column, cells, wrap]`, a cell being `[text, highlight, repeat]`.
    fn line(&mut self, call: &[Value]) {
        let (row, mut column) = (number(call, 1), number(call, 2));
        for cell in call[3].as_array().expect("cells") {
            let cell = cell.as_array().expect("a cell");
            let repeat = if cell.len() > 2 { number(cell, 2) } else { 1 };
            let text = cell[0].as_str().expect("the text of a cell");
            self.rows[row][column..column + repeat].fill(text.to_owned());
            column += repeat;
        }
    }

    /// `[grid, top, bottom, left, right, rows, columns]`: what is in that box moves up by `rows`.
    fn scroll(&mut self, call: &[Value]) {
        let [top, bottom, left, right] = [1, 2, 3, 4].map(|place| number(call, place));
        let by = call[5].as_i64().expect("a number of rows");
        let old = self.rows.clone();
        for (to, row) in self.rows.iter_mut().enumerate().take(bottom).skip(top) {
            let from = to as i64 + by;
            if (top as i64..bottom as i64).contains(&from) {
                row[left..right].clone_from_slice(&old[from as usize][left..right]);
            }
        }
    }
}

impl fmt::Display for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.rows {
            writeln!(f, "|{}", row.concat().trim_end())?;
        }
        Ok(())
    }
}

fn number(call: &[Value], place: usize) -> usize {
    call[place].as_u64().expect("a number") as usize
}
