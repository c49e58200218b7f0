using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ScaiGrid.Server.Features.Flows;
using ScaiGrid.Server.Tests.Catalog;
using ScaiGrid.Server.Tests.Flows;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Cores;

public sealed class ParseBundleTests(World world)
{
    [Theory]
    [InlineData(TestCores.Echo)]
    [InlineData("""{"core":{"name":"Echo Agent","identity":{"persona":"A friendly echo"},"flows":[{"name":"echo","steps":[{"id":"answer","rigid":"You said: {{input.message}}"}]}]}}""")]
    [InlineData("\uFEFF" + TestCores.Echo)]
    public async Task A_manifest_in_YAML_or_JSON_is_read_and_told(string text)
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();

        var (status, body) = await SendAsync(admin, File("file", text));

        Assert.True(status == HttpStatusCode.OK, body.ToString());
        var summary = body.At("data.summary");
        Assert.Equal(("Echo Agent", "stateless", "A friendly echo"), (summary.Text("name"), summary.Text("mode"), summary.Text("persona")));
        Assert.Equal("echo", Assert.Single(summary.At("flows").EnumerateArray()).GetString());
        Assert.False(summary.At("has_plugins").GetBoolean() || summary.At("has_triggers").GetBoolean());
        Assert.Equal("Echo Agent", (await admin.PostDataAsync($"{TestCores.Base}/cores", new { name = "Echo Agent", source = body.At("data.source") }, HttpStatusCode.Created)).Text("source.core.name"));
    }

    [Fact]
    public async Task A_flow_and_a_package_are_read_as_the_manifest_that_they_compile_to()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var flow = TestFlows.Echo();

        var (_, fromFlow) = await SendAsync(admin, File("file", " \n" + flow.ToJsonString()));
        var (_, fromPackage) = await SendAsync(admin, File("file", TestPackages.Make(flow)));

        Assert.Equal(("flow", "1.0.0", "echo"), (fromFlow.Text("data.summary.format"), fromFlow.Text("data.summary.version"), fromFlow.Text("data.summary.name")));
        Assert.Equal(("package", "0.2.0", "echo"), (fromPackage.Text("data.summary.format"), fromPackage.Text("data.summary.version"), fromPackage.Text("data.summary.name")));
        Assert.Equal(fromFlow.Text("data.summary.digest"), fromPackage.Text("data.summary.digest"));
        var core = await admin.PostDataAsync($"{TestCores.Base}/cores", new { name = "Echo", source = fromPackage.At("data.source") }, HttpStatusCode.Created);
        await admin.PostDataAsync($"{TestCores.Base}/cores/{core.Text("id")}/start");
        Assert.Equal("You said: hi", (await admin.PostDataAsync($"{TestCores.Base}/cores/{core.Text("id")}/invoke", new { input = new { message = "hi" } })).Text("output"));
    }

    [Fact]
    public async Task A_flow_with_faults_is_refused_with_all_of_them_and_a_large_one_for_its_size()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var flow = TestFlows.Echo("{{");
        flow["edges"]![0]!["target"]!["node"] = "gone";

        var (status, body) = await SendAsync(admin, File("file", flow.ToJsonString()));
        Assert.Equal((HttpStatusCode.BadRequest, "COMPILE_ERROR"), (status, body.Text("error.code")));
        Assert.True(body.At("error.diagnostics").GetArrayLength() > 1, body.ToString());

        flow["my_own"] = new string('x', FlowContent.MaxBytes);
        (status, body) = await SendAsync(admin, File("file", flow.ToJsonString()));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE"), (status, body.Text("error.code")));
    }

    public static TheoryData<string, string, byte[]> NoPackages()
    {
        var good = TestPackages.Make();
        byte[] flipped = [.. good];
        flipped[^30] ^= 1;
        return new()
        {
            { "cut", "PK001", good[..^1] },
            { "damaged", "PK001", flipped },
            { "a bomb", "PK001", Bomb() },
            { "empty", "PK001", [(byte)'P', (byte)'K', 5, 6, .. new byte[18]] },
            { "tampered with", "PK009", TestPackages.Make(manifest: yaml => yaml.Replace("You said", "I say", StringComparison.Ordinal)) },
        };
    }

    [Theory]
    [MemberData(nameof(NoPackages))]
    public async Task A_package_that_is_not_right_is_refused_and_nothing_of_it_is_used(string what, string code, byte[] file)
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();

        var (status, body) = await SendAsync(admin, File("file", file));

        Assert.True(status == HttpStatusCode.BadRequest, $"{what}: {body}");
        Assert.Equal(("INVALID_PACKAGE", code), (body.Text("error.code"), body.At("error.diagnostics")[0].Text("code")));
    }

    [Theory]
    [InlineData("core: [")]
    [InlineData("hello")]
    [InlineData("")]
    [InlineData("""{"core":{"name":"A","flows":[]}}""")]
    [InlineData("SCIR\u0000\u0001\u0002")]
    public async Task What_is_no_manifest_is_refused_with_diagnostics(string text)
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();

        var (status, body) = await SendAsync(admin, File("file", text));

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_SOURCE_IR"), (status, body.Text("error.code")));
        Assert.NotEqual(0, body.At("error.details").GetArrayLength());
    }

    [Fact]
    public async Task A_bundle_over_10_MB_is_too_large()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();

        var (status, body) = await SendAsync(admin, File("file", new string('#', (10 << 20) + 1)));

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE", "Bundle exceeds 10 MB limit"), (status, body.Text("error.code"), body.Text("error.message")));
    }

    [Fact]
    public async Task A_request_without_that_file_is_refused()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        using var noBoundary = new StringContent("x");
        noBoundary.Headers.ContentType = new MediaTypeHeaderValue("multipart/form-data");
        using var cut = new StringContent("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nco");
        cut.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        using var field = new MultipartFormDataContent { { new StringContent("core:"), "file" } };

        foreach (var content in (HttpContent[])[File("other", TestCores.Echo), field, noBoundary, cut])
        {
            var (status, body) = await SendAsync(admin, content);
            Assert.Equal((HttpStatusCode.BadRequest, "VALIDATION_ERROR"), (status, body.Text("error.code")));
            Assert.Equal("file", body.At("error.details")[0].Text("field"));
        }
    }

    [Fact]
    public async Task A_body_that_is_no_form_is_of_the_wrong_type()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();

        var (status, body) = await SendAsync(admin, new StringContent("{}", Encoding.UTF8, "application/json"));

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE"), (status, body.Text("error.code")));
    }

    private static MultipartFormDataContent File(string name, string text) => File(name, Encoding.UTF8.GetBytes(text));

    private static MultipartFormDataContent File(string name, byte[] content) => new() { { new ByteArrayContent(content), name, "core.yaml" } };

    /// <summary>A small archive that other tools unpack to 64 MB.</summary>
    private static byte[] Bomb()
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("flow.json", CompressionLevel.Fastest).Open();
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 64; i++)
            {
                entry.Write(zeros);
            }
        }

        return file.ToArray();
    }

    private static async Task<(HttpStatusCode, JsonElement)> SendAsync(HttpClient http, HttpContent content)
    {
        using var response = await http.PostAsync(new Uri($"{TestCores.Base}/cores/parse-bundle", UriKind.Relative), content, TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }
}
