package stagewright;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A folder that LSP4IJ imports, read as LSP4IJ 0.20 reads it: which file is what, and what stands
 * for an operating system and a processor.
 */
record Template(Path folder) {
    static Template ours() {
        return new Template(Path.of("../stagewright"));
    }

    JsonObject json(String file) {
        return Session.read(folder.resolve(file));
    }

    /** The Configuration tab as it is sent: each dotted key as an object in an object. */
    static JsonObject expand(JsonObject tab) {
        var expanded = new JsonObject();
        tab.asMap()
                .forEach(
                        (key, value) -> {
                            var into = expanded;
                            var names = List.of(key.split("\\."));
                            for (var name : names.subList(0, names.size() - 1)) {
                                if (!into.has(name)) {
                                    into.add(name, new JsonObject());
                                }
                                into = into.getAsJsonObject(name);
                            }
                            into.add(names.get(names.size() - 1), value);
                        });
        return expanded;
    }

    /** The words of the command that starts the server where no operating system has its own. */
    List<String> command() {
        return words(
                json("template.json").getAsJsonObject("programArgs").get("default").getAsString());
    }

    /** A command's words: blanks part them unless they are in quotes, which are left out. */
    static List<String> words(String command) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        var quoted = false;
        for (var c : (command + " ").toCharArray()) {
            if (c == '"') {
                quoted = !quoted;
            } else if (c != ' ' || quoted) {
                word.append(c);
            } else if (!word.isEmpty()) {
                words.add(word.toString());
                word.setLength(0);
            }
        }
        return words;
    }

    /** The language id of a file by its name: that of the first pattern that fits. */
    String languageId(String fileName) {
        return elements(json("template.json"), "fileTypeMappings")
                .filter(mapping -> fits(mapping.getAsJsonObject("fileType"), fileName))
                .map(mapping -> mapping.get("languageId").getAsString())
                .findFirst()
                .orElse("");
    }

    private static boolean fits(JsonObject fileType, String fileName) {
        return StreamSupport.stream(fileType.getAsJsonArray("patterns").spliterator(), false)
                .anyMatch(
                        pattern ->
                                FileSystems.getDefault()
                                        .getPathMatcher("glob:" + pattern.getAsString())
                                        .matches(Path.of(fileName)));
    }

    private static Stream<JsonObject> elements(JsonObject object, String name) {
        return StreamSupport.stream(object.getAsJsonArray(name).spliterator(), false)
                .map(JsonElement::getAsJsonObject);
    }

    /** The task of the installer that downloads. */
    JsonObject download() {
        return json("installer.json").getAsJsonObject("run").getAsJsonObject("download");
    }

    /**
     * What stands under {@code name} for a system (`windows`, `mac` or `unix`) and a processor
     * (`x86_64` or `arm64`): a text, or one text a system, or one a system and processor.
     */
    static Optional<String> choose(JsonObject from, String name, String system, String processor) {
        var found = from.get(name);
        for (var key : List.of(system, processor)) {
            if (found != null && found.isJsonObject()) {
                var choices = found.getAsJsonObject();
                found = choices.has(key) ? choices.get(key) : choices.get("default");
            }
        }
        return Optional.ofNullable(found)
                .filter(JsonElement::isJsonPrimitive)
                .map(JsonElement::getAsString);
    }
}
