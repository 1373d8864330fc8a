//! Program text as words, texts and brackets.
