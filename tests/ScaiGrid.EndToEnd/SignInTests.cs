using System.Text.Json;
using ScaiGrid.EndToEnd.Host;

namespace ScaiGrid.EndToEnd;

/// <summary>The server's own issuer, asked by OpenID's certified client and answered by a person in Chromium.</summary>
public sealed class SignInTests
{
    private const string Password = "a password of the test", BotSecret = "a secret: of 100 % + more";

    [Fact]
    public async Task People_programs_and_devices_sign_in_and_out()
    {
        var script = Repository.PathOf("tests/ScaiGrid.EndToEnd/node/sign-in.mjs");
        Assert.True(Directory.Exists(Path.Combine(Path.GetDirectoryName(script)!, "node_modules")), "The npm packages are missing: ./build.sh e2e installs them.");
        var chromium = Environment.GetEnvironmentVariable("SCAIGRID_TEST_CHROMIUM") ?? "/usr/bin/chromium";
        Assert.True(File.Exists(chromium), "Chromium is missing: ./build.sh e2e installs it.");
        await using var installation = Installation.Make(
            bootstrap: "tests/ScaiGrid.EndToEnd/sign-in.yaml",
            settings: new Dictionary<string, string> { ["E2E_PASSWORD"] = Password, ["E2E_BOT_SECRET"] = BotSecret });
        await using var server = await installation.StartAsync();

        var output = await Child.RunAsync("node", [script], new Dictionary<string, string>
        {
            ["ISSUER"] = new Uri(server.Url, "/auth").ToString(),
            ["LOGIN"] = "ada@acme.example",
            ["PASSWORD"] = Password,
            ["BOT_SECRET"] = BotSecret,
            ["CHROMIUM"] = chromium,
        });

        var got = JsonDocument.Parse(output.Split('\n').Single(l => l.StartsWith('{'))).RootElement;
        Assert.Equal(new Uri(server.Url, "/auth").ToString(), got.Text("issuer"));
        Assert.Equal(("pointer", "The email or the password is wrong."), (got.Text("style"), got.Text("wrong")));
        Assert.Equal(("usr_ada", "ada@acme.example", "tnt_acme"), (got.Text("claims.sub"), got.Text("claims.email"), got.Text("claims.tenant_id")));
        Assert.Equal(("usr_ada", "Ada"), (got.Text("userinfo.sub"), got.Text("userinfo.name")));
        Assert.Equal("""[[true,"Lax"]]""", got.At("cookies").GetRawText());
        Assert.Equal(("usr_ada", "signed in", "usr_ada"), (got.Text("me"), got.Text("silent"), got.Text("nativeApp")));
        Assert.Equal("""["Signed in","usr_ada"]""", got.At("device").GetRawText());
        Assert.Equal("""["ci-bot","ci-bot",401]""", got.At("bots").GetRawText());
        Assert.Equal("""[true,"usr_ada"]""", got.At("renewed").GetRawText());
        Assert.Equal("""["invalid_grant","invalid_grant",401]""", got.At("reused").GetRawText());
        Assert.Equal("""[true,"login_required",401]""", got.At("signedOut").GetRawText());
        Assert.Equal(JsonValueKind.Null, got.At("revoked").ValueKind);
        Assert.Equal("Too many failed attempts. Try again in 15 minutes.", got.Text("locked"));
        Assert.DoesNotContain(Password, server.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(BotSecret, server.Log, StringComparison.Ordinal);
    }
}
