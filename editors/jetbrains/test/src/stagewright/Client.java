package stagewright;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

import org.eclipse.lsp4j.ConfigurationParams;
import org.eclipse.lsp4j.MessageActionItem;
import org.eclipse.lsp4j.MessageParams;
import org.eclipse.lsp4j.PublishDiagnosticsParams;
import org.eclipse.lsp4j.RegistrationParams;
import org.eclipse.lsp4j.ShowMessageRequestParams;
import org.eclipse.lsp4j.services.LanguageClient;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/** The half of LSP4IJ that the server talks to. What is told waits in queues. */
final class Client implements LanguageClient {
    final BlockingQueue<MessageParams> logged = new LinkedBlockingQueue<>();
    final BlockingQueue<MessageParams> shown = new LinkedBlockingQueue<>();
    final BlockingQueue<PublishDiagnosticsParams> published = new LinkedBlockingQueue<>();
    final BlockingQueue<String> registered = new LinkedBlockingQueue<>();
    final BlockingQueue<String> refreshed = new LinkedBlockingQueue<>();

    /** Sections that the server asked for. */
    final BlockingQueue<String> asked = new LinkedBlockingQueue<>();

    /** What stands in the Configuration tab. */
    volatile JsonObject settings = new JsonObject();

    @Override
    public CompletableFuture<List<Object>> configuration(ConfigurationParams params) {
        var sections = params.getItems().stream().map(item -> item.getSection()).toList();
        var found = sections.stream().map(section -> (Object) section(settings, section)).toList();
        asked.addAll(sections);
        return CompletableFuture.completedFuture(found);
    }

    /** A section as LSP4IJ finds it: by its name, or else all dotted keys that begin with it. */
    static JsonElement section(JsonObject settings, String name) {
        if (settings.has(name)) {
            return settings.get(name);
        }
        var found = new JsonObject();
        settings.asMap()
                .forEach(
                        (key, value) -> {
                            if (key.startsWith(name + ".")) {
                                found.add(key, value);
                            }
                        });
        return found;
    }

    @Override
    public CompletableFuture<Void> registerCapability(RegistrationParams params) {
        params.getRegistrations().forEach(one -> registered.add(one.getMethod()));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> refreshDiagnostics() {
        return refresh("diagnostics");
    }

    @Override
    public CompletableFuture<Void> refreshCodeLenses() {
        return refresh("lenses");
    }

    @Override
    public CompletableFuture<Void> refreshInlayHints() {
        return refresh("hints");
    }

    private CompletableFuture<Void> refresh(String what) {
        refreshed.add(what);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void logMessage(MessageParams message) {
        logged.add(message);
    }

    @Override
    public void showMessage(MessageParams message) {
        shown.add(message);
    }

    @Override
    public CompletableFuture<MessageActionItem> showMessageRequest(ShowMessageRequestParams ask) {
        shown.add(ask);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void publishDiagnostics(PublishDiagnosticsParams diagnostics) {
        published.add(diagnostics);
    }

    @Override
    public void telemetryEvent(Object event) {
        throw new AssertionError("telemetry: " + event);
    }
}
