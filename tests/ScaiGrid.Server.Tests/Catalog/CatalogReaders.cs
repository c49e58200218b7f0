using System.Net;
using System.Net.Http.Headers;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Flows;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Catalog.TestCatalog;

namespace ScaiGrid.Server.Tests.Catalog;

/// <summary>A company, and one of each kind of people and programs that may meet its packages.</summary>
public sealed class CatalogReaders : IAsyncLifetime
{
    private const string DevToken = "a-token-for-development";

    private readonly OidcWorld _world = new(new() { ["DevToken"] = DevToken, ["DevTenant"] = "tenant-1" });
    private readonly Dictionary<string, OidcCaller> _known = [];
    private TestTenant _acme = null!, _sister = null!, _other = null!;
    private string _otherGroup = "";
    private OidcCaller _author = null!, _admin = null!;
    private int _packages;

    /// <summary>The tenant whose catalog it is.</summary>
    internal string Tenant => _acme.Tenant.Id.Value;

    /// <summary>The user group that sees what <c>groups</c> see.</summary>
    internal string Group { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        await _world.InitializeAsync();
        _acme = await _world.NewTenantAsync();
        _sister = await _world.World.NewTenantAsync(_acme.Partner);
        _other = await _world.NewTenantAsync();
        (Group, _otherGroup) = (await _world.NewUserGroupAsync(_acme), await _world.NewUserGroupAsync(_acme));
        (_author, _admin) = (await _world.NewAuthorAsync(_acme), await _world.NewPersonAsync(_acme, [Roles.TenantAdmin]));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    /// <summary>A fresh package that is shown so, its author, and the reader.</summary>
    internal async Task<(string Id, string AuthorId, HttpClient Reader)> PutAsync(string reader, string shown)
    {
        var (id, caller) = ($"package-{++_packages}", _known.TryGetValue(reader, out var known) ? known : _known[reader] = await MeetAsync(reader));
        await _author.Http.PublishAsync(Support("0.1.0", id));
        await _author.Http.PublishAsync(Support("0.2.0", id));
        if (shown == "groups")
        {
            await _author.Http.ShowToAsync(id, "groups", Group);
        }

        var isAuthor = reader.StartsWith("its author", StringComparison.Ordinal);
        if (isAuthor)
        {
            await _admin.Http.BareAsync(HttpMethod.Post, $"{Base}/{id}/transfer", new { author_id = caller.Id });
        }

        if (shown == "deleted")
        {
            await _admin.Http.BareAsync(HttpMethod.Delete, $"{Base}/{id}", null, HttpStatusCode.NoContent);
        }

        return (id, isAuthor ? caller.Id : _author.Id, caller.Http);
    }

    private Task<OidcCaller> MeetAsync(string reader) => reader switch
    {
        "its author" or "member" => _world.NewAuthorAsync(_acme),
        "its author, who may only view" => _world.NewPersonAsync(_acme, [Roles.TenantViewer]),
        "its author, who may view no more" => _world.NewPersonAsync(_acme, []),
        "member of a named group" => _world.NewAuthorAsync(_acme, Group),
        "member of another group" => _world.NewAuthorAsync(_acme, _otherGroup),
        "viewer" => _world.NewPersonAsync(_acme, [Roles.TenantViewer]),
        "viewer in a named group" => _world.NewPersonAsync(_acme, [Roles.TenantViewer], [Group]),
        "user in a named group" => _world.NewPersonAsync(_acme, [Roles.TenantUser], [Group]),
        "tenant admin" => _world.NewPersonAsync(_acme, [Roles.TenantAdmin]),
        "partner admin, here" or "partner admin, at home" => _world.NewPersonAsync(_sister, [Roles.PartnerAdmin]),
        "another partner's admin, here" => _world.NewPersonAsync(_other, [Roles.PartnerAdmin]),
        "super admin, here" or "super admin, nowhere" => _world.NewPersonAsync(null, [Roles.SuperAdmin]),
        "another tenant's admin" or "another tenant's admin, here" => _world.NewPersonAsync(_sister, [Roles.TenantAdmin]),
        "stranger who claims a named group" => _world.NewAuthorAsync(_sister, Group),
        "API key of its author" => KeyOfAsync(_author),
        "API key of a tenant admin" => KeyOfAsync(_admin),
        "API key of a super admin, here" => SuperKeyAsync(),
        "development token" => Task.FromResult(Bearer(DevToken)),
        "nobody" => Task.FromResult(new OidcCaller(_world.Server.CreateClient(), "")),
        _ => throw new ArgumentException($"Who is '{reader}'?", nameof(reader)),
    };

    private async Task<OidcCaller> KeyOfAsync(OidcCaller person)
    {
        var secret = ApiKeySecret.Make();
        await _world.Server.WithDbAsync(db =>
        {
            db.ApiKeys.Add(new()
            {
                Id = new($"key_of_{person.Id}"),
                UserId = new(person.Id),
                TenantId = _acme.Tenant.Id,
                Name = "test",
                Hash = ApiKeySecret.HashOf(secret),
                Hint = secret[..8],
                CreatedAt = DateTimeOffset.UnixEpoch,
            });
            return db.SaveChangesAsync();
        });
        return Bearer(secret);
    }

    private async Task<OidcCaller> SuperKeyAsync()
    {
        var caller = await _world.World.NewCallerAsync(null, [Roles.SuperAdmin]);
        return new(caller.Http, caller.User.Id.Value);
    }

    private OidcCaller Bearer(string token)
    {
        var http = _world.Server.CreateClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new(http, "");
    }
}
