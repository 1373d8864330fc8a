package stagewright;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;

import org.eclipse.lsp4j.jsonrpc.json.JsonRpcMethod;
import org.eclipse.lsp4j.jsonrpc.json.MessageJsonHandler;
import org.eclipse.lsp4j.jsonrpc.messages.Message;

import java.io.BufferedReader;
import java.io.Reader;
import java.io.StringReader;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Reads messages as lsp4j does, and complains about what it would leave out in silence: a member
 * that its types do not have, or one of another type.
 */
final class StrictJson extends MessageJsonHandler {
    private final Consumer<String> complain;

    StrictJson(Map<String, JsonRpcMethod> methods, Consumer<String> complain) {
        super(methods);
        this.complain = complain;
    }

    @Override
    public Message parseMessage(Reader input) {
        var text = new BufferedReader(input).lines().collect(Collectors.joining("\n"));
        var message = super.parseMessage(new StringReader(text));
        compare("", JsonParser.parseString(text), JsonParser.parseString(serialize(message)));
        return message;
    }

    /** Looks for all of {@code sent} in {@code read}; null is as good as nothing. */
    private void compare(String path, JsonElement sent, JsonElement read) {
        if (sent.isJsonNull()) {
            return;
        }
        if (read == null) {
            complain.accept("lsp4j does not know " + path + " = " + sent);
        } else if (sent.isJsonObject() && read.isJsonObject()) {
            var into = read.getAsJsonObject();
            sent.getAsJsonObject()
                    .asMap()
                    .forEach((name, value) -> compare(path + "/" + name, value, into.get(name)));
        } else if (sent.isJsonArray() && read.isJsonArray() && length(sent) == length(read)) {
            for (var i = 0; i < length(sent); i++) {
                compare(path + "/" + i, sent.getAsJsonArray().get(i), read.getAsJsonArray().get(i));
            }
        } else if (!sent.equals(read)) {
            complain.accept("lsp4j reads " + path + " = " + sent + " as " + read);
        }
    }

    private static int length(JsonElement array) {
        return array.getAsJsonArray().size();
    }
}
