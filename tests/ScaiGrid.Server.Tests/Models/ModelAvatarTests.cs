using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Models;

public sealed class ModelAvatarTests(World world)
{
    private static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3];
    private static readonly byte[] Jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 4, 5, 6];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Anybody_sees_the_picture_that_was_uploaded_last()
    {
        var (admin, id) = await NewModelAsync();
        await UploadAsync(admin, id, Png, HttpStatusCode.OK);
        var (_, changed) = await UploadAsync(admin, id, Jpeg, HttpStatusCode.OK);

        using var anybody = world.Server.CreateClient();
        using var answer = await anybody.GetAsync(new Uri(changed.Text("data.avatar_url")!, UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("image/jpeg", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal(Jpeg, await answer.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Theory]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")]
    [InlineData("<html><script>alert(1)</script></html>")]
    [InlineData("GIF89a")]
    [InlineData("")]
    public async Task Only_pictures_are_taken_whatever_the_sender_calls_them(string content)
    {
        var (admin, id) = await NewModelAsync();

        var (_, answer) = await UploadAsync(admin, id, System.Text.Encoding.UTF8.GetBytes(content), HttpStatusCode.BadRequest);

        Assert.Equal("file", answer.At("error").Fields().Single());
    }

    [Fact]
    public async Task A_picture_of_more_than_a_mebibyte_is_refused()
    {
        var (admin, id) = await NewModelAsync();

        await UploadAsync(admin, id, [.. Png, .. new byte[(1 << 20) - Png.Length]], HttpStatusCode.OK);
        await UploadAsync(admin, id, [.. Png, .. new byte[(1 << 20) - Png.Length + 1]], HttpStatusCode.RequestEntityTooLarge);
        await UploadAsync(admin, id, [.. Png, .. new byte[2 << 20]], HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_body_of_another_kind_or_without_the_file_is_refused()
    {
        var (admin, id) = await NewModelAsync();

        await admin.RefusedAsync("POST", $"/v1/models/{id}/avatar", new { file = "x" }, HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
        await UploadAsync(admin, id, Png, HttpStatusCode.BadRequest, "picture");
        using var broken = new ByteArrayContent("--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nnever ends"u8.ToArray());
        broken.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        using var answer = await admin.PostAsync(new Uri($"/v1/models/{id}/avatar", UriKind.Relative), broken, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Nobody_without_the_right_sets_a_picture_and_a_Cores_is_the_Cores()
    {
        var (_, id) = await NewModelAsync();
        var tenant = await world.NewTenantAsync();
        var stranger = await tenant.AsAdminAsync();

        var (_, answer) = await UploadAsync(stranger, id, Png, HttpStatusCode.NotFound);
        Assert.Equal("MODEL_NOT_FOUND", answer.Text("error.code"));
        (_, answer) = await UploadAsync(await tenant.AsAsync("", "models:use"), id, Png, HttpStatusCode.Forbidden);
        Assert.Equal("AUTHZ_PERMISSION_DENIED", answer.Text("error.code"));
        (_, answer) = await UploadAsync(stranger, (await world.PublishedModelAsync(tenant)).Id.Value, Png, HttpStatusCode.Conflict);
        Assert.Equal("MODEL_IN_USE", answer.Text("error.code"));
    }

    [Theory]
    [InlineData("fm_nothing")]
    [InlineData(null)]
    public async Task Where_there_is_no_picture_nobody_learns_whether_there_is_a_model(string? id)
    {
        id ??= (await NewModelAsync()).Id;
        using var anybody = world.Server.CreateClient();

        await anybody.RefusedAsync("GET", $"/v1/models/{id}/avatar", null, HttpStatusCode.NotFound, "NOT_FOUND");
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> UploadAsync(HttpClient http, string id, byte[] content, HttpStatusCode expected, string part = "file")
    {
        using var file = new ByteArrayContent(content);
        file.Headers.ContentType = new("image/png");
        using var form = new MultipartFormDataContent { { file, part, "avatar.png" } };
        using var answer = await http.PostAsync(new Uri($"/v1/models/{id}/avatar", UriKind.Relative), form, Cancel);
        var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement;
        Assert.True(expected == answer.StatusCode, $"{(int)answer.StatusCode} {body}");
        return (answer.StatusCode, body);
    }

    private async Task<(HttpClient Admin, string Id)> NewModelAsync()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        return (admin, (await admin.NewModelAsync($"{tenant.Prefix}gpt")).Text("id")!);
    }
}
