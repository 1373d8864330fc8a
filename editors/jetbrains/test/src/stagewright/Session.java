package stagewright;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.eclipse.lsp4j.ClientCapabilities;
import org.eclipse.lsp4j.ClientInfo;
import org.eclipse.lsp4j.DidChangeConfigurationParams;
import org.eclipse.lsp4j.DidOpenTextDocumentParams;
import org.eclipse.lsp4j.InitializeParams;
import org.eclipse.lsp4j.InitializeResult;
import org.eclipse.lsp4j.InitializedParams;
import org.eclipse.lsp4j.TextDocumentItem;
import org.eclipse.lsp4j.WorkspaceFolder;
import org.eclipse.lsp4j.jsonrpc.Launcher;
import org.eclipse.lsp4j.jsonrpc.json.MessageJsonHandler;
import org.eclipse.lsp4j.services.LanguageServer;
import org.eclipse.lsp4j.services.TextDocumentService;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * The real server, started by the template's command, and a client that talks to it as LSP4IJ does.
 *
 * <p>Closing it asserts what must hold in every session: the server leaves with 0, and lsp4j had
 * nothing to complain about in what the server sent.
 */
final class Session implements AutoCloseable {
    /** How long anything may take. */
    static final int SECONDS = 20;

    final Client client = new Client();
    final LanguageServer server;
    final TextDocumentService documents;
    final InitializeResult initialized;
    final Path folder;

    private final Template template;
    private final Process process;
    private final Future<Void> listening;
    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
    private final Handler log =
            new Handler() {
                @Override
                public void publish(LogRecord record) {
                    if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
                        complaints.add(record.getMessage() + " " + record.getThrown());
                    }
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };

    /** LSP4IJ with what the template brings. */
    static Session start() throws Exception {
        return start(Template.ours());
    }

    static Session start(Template template) throws Exception {
        return new Session(template, capabilities(), Template.expand(tab()));
    }

    /** Another client than LSP4IJ. */
    static Session declaring(JsonObject capabilities) throws Exception {
        return new Session(Template.ours(), capabilities, Template.expand(tab()));
    }

    /** LSP4IJ with other settings, as they are sent. */
    static Session configured(JsonObject settings) throws Exception {
        return new Session(Template.ours(), capabilities(), settings);
    }

    private Session(Template template, JsonObject capabilities, JsonObject settings)
            throws Exception {
        this.template = template;
        Logger.getLogger("").addHandler(log);
        folder = Files.createTempDirectory("stagewright-lsp4ij");
        process = launch(template.command());
        var launcher =
                new Launcher.Builder<LanguageServer>() {
                    @Override
                    protected MessageJsonHandler createJsonHandler() {
                        return new StrictJson(getSupportedMethods(), complaints::add);
                    }
                }.setLocalService(client)
                        .setRemoteInterface(LanguageServer.class)
                        .setInput(process.getInputStream())
                        .setOutput(process.getOutputStream())
                        .validateMessages(true)
                        .create();
        listening = launcher.startListening();
        server = launcher.getRemoteProxy();
        documents = server.getTextDocumentService();
        client.settings = settings;
        initialized = await(server.initialize(parameters(capabilities)));
        server.initialized(new InitializedParams());
        // LSP4IJ pushes all settings once the server runs, of whatever section.
        configure(settings);
    }

    /** The command, with the folder of the binary first on the search path. */
    private Process launch(List<String> command) throws IOException {
        var path = binary().getParent() + File.pathSeparator + System.getenv("PATH");
        var words = new ArrayList<>(List.of("env", "PATH=" + path));
        words.addAll(command);
        return new ProcessBuilder(words)
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** The server's binary: {@code STAGEWRIGHT}, or else what {@code cargo build} makes. */
    static Path binary() {
        var named =
                System.getenv().getOrDefault("STAGEWRIGHT", "../../../target/debug/stagewright");
        var path = Path.of(named).toAbsolutePath().normalize();
        if (!Files.isExecutable(path)) {
            throw new AssertionError(
                    "there is no server at "
                            + path
                            + ": run `cargo build`, or name one in the variable STAGEWRIGHT");
        }
        return path;
    }

    @SuppressWarnings("deprecation") // LSP4IJ sends `rootUri` and `rootPath`, too
    private InitializeParams parameters(JsonObject capabilities) {
        var gson = new MessageJsonHandler(Map.of()).getGson();
        var params = new InitializeParams();
        var root = uri(folder);
        params.setProcessId((int) ProcessHandle.current().pid());
        params.setClientInfo(new ClientInfo("IntelliJ IDEA 2026.1", "2026.1 (build IU-261.1)"));
        params.setRootUri(root);
        params.setRootPath(folder.toString());
        params.setWorkspaceFolders(List.of(new WorkspaceFolder(root, "project")));
        params.setInitializationOptions(template.json("initializationOptions.json"));
        params.setTrace("off");
        params.setCapabilities(gson.fromJson(capabilities, ClientCapabilities.class));
        return params;
    }

    /** What LSP4IJ 0.20 declares: what its `ClientCapabilitiesFactory` makes, as JSON. */
    static JsonObject capabilities() {
        return read(Path.of("capabilities.json"));
    }

    /** The Configuration tab, with a platform, so that sizes do not hang on this machine. */
    static JsonObject tab() {
        var tab = Template.ours().json("settings.json");
        tab.addProperty("stagewright.size.platform", "linux/amd64");
        return tab;
    }

    static JsonObject read(Path file) {
        try {
            return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        } catch (IOException | IllegalStateException error) {
            throw new AssertionError(file + ": " + error, error);
        }
    }

    /** What LSP4IJ does at the start, and when the Configuration tab has changed. */
    void configure(JsonObject settings) {
        client.settings = settings;
        server.getWorkspaceService()
                .didChangeConfiguration(new DidChangeConfigurationParams(settings));
    }

    /** Opens a `Dockerfile` with that text; {@code $0} is the cursor. */
    Document open(String marked) {
        return open("Dockerfile", marked);
    }

    /** Opens a file, with the language id that the template gives its name. */
    Document open(String name, String marked) {
        var document = new Document(documents, uri(folder.resolve(name)), Fixture.of(marked));
        var item =
                new TextDocumentItem(document.uri, template.languageId(name), 0, document.text());
        documents.didOpen(new DidOpenTextDocumentParams(item));
        return document;
    }

    /** With `file:///`: an empty authority, as LSP4IJ writes it. */
    static String uri(Path path) {
        return "file://" + path.toUri().getRawPath().replaceFirst("/$", "");
    }

    static <T> T await(Future<T> future)
            throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(SECONDS, TimeUnit.SECONDS);
    }

    /** The next thing that is told. */
    static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        var found = queue.poll(SECONDS, TimeUnit.SECONDS);
        if (found == null) {
            throw new AssertionError("nothing came in " + SECONDS + " seconds");
        }
        return found;
    }

    @Override
    public void close() throws Exception {
        try {
            if (await(server.shutdown()) instanceof JsonElement answer && !answer.isJsonNull()) {
                throw new AssertionError("shutdown is answered with " + answer);
            }
            // From here on the pipe may break under an answer, which is nobody's fault.
            Logger.getLogger("").removeHandler(log);
            server.exit();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the server stays after exit");
            }
            await(listening);
        } finally {
            process.destroyForcibly();
            Logger.getLogger("").removeHandler(log);
            remove(folder);
        }
        if (process.exitValue() != 0) {
            throw new AssertionError("the server left with " + process.exitValue());
        }
        if (!complaints.isEmpty()) {
            throw new AssertionError("lsp4j complains:\n" + String.join("\n", complaints));
        }
    }

    static void remove(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            var deepestFirst = files.sorted((a, b) -> b.compareTo(a)).toList();
            for (var file : deepestFirst) {
                Files.delete(file);
            }
        }
    }
}
