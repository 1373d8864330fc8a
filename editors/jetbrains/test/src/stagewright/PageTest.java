package stagewright;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static stagewright.Session.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.eclipse.lsp4j.DocumentDiagnosticParams;
import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** What the page tells a newcomer to do does what it says. */
class PageTest {
    private static final Path ROOT = Path.of("../../..").toAbsolutePath().normalize();
    private static final String HOME = "https://github.com/stagewright/stagewright";

    /** The first block of a language below a heading, without its indent. */
    private static String block(String heading, String language) throws Exception {
        var page = Files.readString(ROOT.resolve("docs/editors/jetbrains.md"));
        var fence =
                Pattern.compile(
                        "## " + heading + "\n[^#]*?```" + language + "\n(.*?)```", Pattern.DOTALL);
        var found = fence.matcher(page);
        assertTrue(found.find(), "the page has a block " + language + " below " + heading);
        return found.group(1).stripIndent();
    }

    /** The block of "Install", with this repository in the place of the one on the net. */
    @Test
    void theFolderOfThePageIsATemplateThatWorks() throws Exception {
        var here = Files.createTempDirectory("stagewright-page");
        var builder =
                new ProcessBuilder("sh", "-eu", "-c", block("Install", "sh"))
                        .directory(here.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(here.resolve("output").toFile());
        builder.environment().put("GIT_CONFIG_COUNT", "1");
        builder.environment().put("GIT_CONFIG_KEY_0", "url.file://" + ROOT + ".insteadOf");
        builder.environment().put("GIT_CONFIG_VALUE_0", HOME);
        var process = builder.start();
        try {
            assertTrue(process.waitFor(Session.SECONDS, TimeUnit.SECONDS), "git is done");
            assertEquals(0, process.exitValue(), Files.readString(here.resolve("output")));
            var template = new Template(here.resolve("stagewright/editors/jetbrains/stagewright"));
            var page = Files.readString(ROOT.resolve("docs/editors/jetbrains.md"));
            assertTrue(
                    page.contains("`stagewright/editors/jetbrains/stagewright`"),
                    "the page names it");
            try (var session = Session.start(template)) {
                var document = session.open(block("Verify", "dockerfile"));
                var params = new DocumentDiagnosticParams(document.id);
                var report = await(session.documents.diagnostic(params)).getLeft();
                var message = report.getItems().get(0).getMessage().getLeft();
                assertEquals("`RUM` is no instruction. Did you mean `RUN`?", message);
                assertTrue(
                        page.contains("\"" + message + "\""), "the page says what is to be seen");
            }
        } finally {
            process.destroyForcibly();
            Session.remove(here);
        }
    }

    @Test
    void theSettingsOfThePageAreInTheSchema() throws Exception {
        var schema = Template.ours().json("settings.schema.json").getAsJsonObject("properties");
        JsonObject settings = JsonParser.parseString(block("Settings", "json")).getAsJsonObject();
        assertTrue(schema.keySet().containsAll(settings.keySet()), settings.toString());
        SettingsTest.isTaken(Template.expand(settings));
    }
}
