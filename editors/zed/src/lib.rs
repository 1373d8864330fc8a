//! Stagewright in Zed: finds the program that serves Dockerfiles, or fetches it.
//!
//! The language itself, its names of files and its colours, is the Dockerfile extension's.

mod release;

use zed_extension_api::serde_json::{Value, json};
use zed_extension_api::settings::{CommandSettings, LspSettings};
use zed_extension_api::{
    Command, Extension, LanguageServerId, Result, Worktree, register_extension,
};

const PROGRAM: &str = "stagewright";

struct Stagewright;

impl Extension for Stagewright {
    fn new() -> Self {
        Self
    }

    fn language_server_command(
        &mut self,
        server: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Command> {
        let CommandSettings { path, arguments, env } = settings(server, worktree)
            .binary
            .unwrap_or(CommandSettings { path: None, arguments: None, env: None });
        let command = match path.or_else(|| worktree.which(PROGRAM)) {
            Some(command) => command,
            None => release::program(server)?,
        };
        let args = arguments.unwrap_or_else(|| vec!["lsp".into()]);
        let env = env.map_or_else(|| worktree.shell_env(), |env| env.into_iter().collect());
        Ok(Command { command, args, env })
    }

    fn language_server_initialization_options(
        &mut self,
        server: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<Value>> {
        Ok(settings(server, worktree).initialization_options)
    }

    fn language_server_workspace_configuration(
        &mut self,
        server: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<Value>> {
        // The server asks for its section.
        Ok(settings(server, worktree).settings.map(|settings| json!({ PROGRAM: settings })))
    }
}

/// What the user has set below `lsp.stagewright`; nothing if that cannot be read.
fn settings(server: &LanguageServerId, worktree: &Worktree) -> LspSettings {
    LspSettings::for_worktree(server.as_ref(), worktree).unwrap_or_default()
}

register_extension!(Stagewright);
