//! Files and what is made of them: goldens, refusals, and what must not change a decision.
//!
//! `fixtures/split/golden/NAME/` holds a project with its `Dockerfile`, what is made of it
//! (`conservative.Dockerfile`, `smallest.Dockerfile`, and in `expected.txt` why one of them is
//! missing), and in `argument.md` why the result does what the file did. `UPDATE_GOLDENS=1` writes
//! what is made now; read it before it is committed.
//!
//! `fixtures/split/refused/NAME.Dockerfile` holds files that a naive splitter would break. The first
//! line names the refusal: `# refused: CODE`, and which variant, if only one is. A folder `NAME`
//! beside it is its build context.

mod cases;
mod docs;
mod goldens;
#[path = "../pages/held.rs"]
mod held;
mod metamorphic;
mod refusals;
