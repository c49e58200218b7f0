using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
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

    private static MultipartFormDataContent File(string name, string text) => new() { { new ByteArrayContent(Encoding.UTF8.GetBytes(text)), name, "core.yaml" } };

    private static async Task<(HttpStatusCode, JsonElement)> SendAsync(HttpClient http, HttpContent content)
    {
        using var response = await http.PostAsync(new Uri($"{TestCores.Base}/cores/parse-bundle", UriKind.Relative), content, TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }
}
