using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Features.ApiKeys;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access.Bootstrap;

/// <summary><c>users</c>, <c>api_keys</c> and <c>service_clients</c>: who may sign in.</summary>
internal static class PeopleSections
{
    public static async Task UserAsync(Entry entry, Installation to)
    {
        var id = to.Identify<User>(entry);
        var email = entry.Text("email", 320);
        var name = entry.OptionalText("name") ?? email[..Math.Min(email.Length, 200)];
        var password = SecretOf(entry, "password");
        var rate = TenancySections.RateLimitOf(entry);
        var (tenant, roles, permissions) = await RightsAsync(entry, to);
        var groups = await to.ReferAllAsync<UserGroup>(entry, "groups");
        foreach (var stranger in groups.Where(g => g.TenantId != tenant?.Id))
        {
            entry.Fault("groups", $"'{stranger.Id}' is a group of another tenant");
        }

        if (id is null)
        {
            return;
        }

        if (await to.Db.ServiceClients.FindAsync([new Id<ServiceClient>(id.Value.Value)], to.Ct) is not null)
        {
            entry.Fault("id", $"'{id}' is the id of a service client, which acts under it");
            return;
        }

        var user = await to.Db.Users.FindAsync([id], to.Ct)
            ?? to.Db.Add(new User { Id = id.Value, TenantId = tenant?.Id, Email = email, Name = name, CreatedAt = to.Now }).Entity;
        if (user.TenantId != tenant?.Id)
        {
            entry.Fault("tenant", $"'{id}' belongs to {(user.TenantId is { } home ? $"'{home}'" : "the platform")} and cannot move");
            return;
        }

        (user.Email, user.Name, user.RateLimit) = (email, name, rate);
        (user.Roles, user.Permissions, user.Groups) = (roles, permissions, [.. groups.Select(g => g.Id.Value)]);
        if (password is not null && !Passwords.Matches(user.PasswordHash, password))
        {
            user.PasswordHash = Passwords.HashOf(password);
        }
    }

    public static async Task ApiKeyAsync(Entry entry, Installation to)
    {
        var id = to.Identify<ApiKey>(entry);
        var name = entry.Text("name");
        var secret = entry.Text("key");
        var permissions = entry.Words("permissions", "a permission", Permissions.All.Contains);
        var groups = await to.ReferAllAsync<ModelGroup>(entry, "model_groups");
        var expires = entry.Optional<DateTimeOffset>("expires_at", "a time in RFC 3339, such as 2026-01-15T10:30:00Z");
        var rate = TenancySections.RateLimitOf(entry);
        if (!entry.Has("user"))
        {
            entry.Fault("user", "is required");
        }

        var user = await to.ReferAsync<User>(entry, "user");
        if (secret.Length > 0 && !ApiKeySecret.IsWellFormed(secret))
        {
            entry.Fault("key", "must be 'sgk_' and 32 bytes as 43 base64url characters");
            return;
        }

        if (id is null || user is null || secret.Length == 0)
        {
            return;
        }

        var hash = ApiKeySecret.HashOf(secret);
        if (to.Db.ApiKeys.Local.Any(k => k.Hash == hash && k.Id != id) || await to.Db.ApiKeys.AnyAsync(k => k.Hash == hash && k.Id != id, to.Ct))
        {
            entry.Fault("key", "is the secret of another key");
            return;
        }

        var key = await to.Db.ApiKeys.FindAsync([id], to.Ct) ?? to.Db.Add(new ApiKey
        {
            Id = id.Value,
            UserId = user.Id,
            TenantId = user.TenantId,
            Name = name,
            Hash = hash,
            Hint = ApiKeySecret.HintOf(secret),
            CreatedAt = to.Now,
        }).Entity;
        if (key.UserId != user.Id)
        {
            entry.Fault("user", $"'{id}' is a key of '{key.UserId}' and cannot change hands");
            return;
        }

        (key.Name, key.Hash, key.Hint, key.RateLimit, key.ExpiresAt) = (name, hash, ApiKeySecret.HintOf(secret), rate, expires?.ToUniversalTime());
        (key.Permissions, key.ModelGroups) = (permissions, [.. groups.Select(g => g.Id.Value)]);
    }

    public static async Task ServiceClientAsync(Entry entry, Installation to)
    {
        var id = to.Identify<ServiceClient>(entry);
        if (!entry.Has("secret"))
        {
            entry.Fault("secret", "is required");
        }

        var secret = SecretOf(entry, "secret");
        var (tenant, roles, permissions) = await RightsAsync(entry, to);
        if (id is null || secret is null)
        {
            return;
        }

        if (await to.Db.Users.FindAsync([new Id<User>(id.Value.Value)], to.Ct) is not null)
        {
            entry.Fault("id", $"'{id}' is the id of a user, and a client acts under its own");
            return;
        }

        var client = await to.Db.ServiceClients.FindAsync([id], to.Ct)
            ?? to.Db.Add(new ServiceClient { Id = id.Value, TenantId = tenant?.Id, SecretHash = Passwords.HashOf(secret) }).Entity;
        (client.TenantId, client.Roles, client.Permissions) = (tenant?.Id, roles, permissions);
        if (to.Db.Entry(client).State != EntityState.Added && !Passwords.Matches(client.SecretHash, secret))
        {
            client.SecretHash = Passwords.HashOf(secret);
        }
    }

    /// <summary>Whoever belongs to no tenant acts on the whole platform, so only a super admin may.</summary>
    private static async Task<(Tenant? Tenant, List<string> Roles, List<string> Permissions)> RightsAsync(Entry entry, Installation to)
    {
        var tenant = await to.ReferAsync<Tenant>(entry, "tenant");
        var roles = entry.Words("roles", "a role", Roles.Exists);
        var permissions = entry.Words("permissions", "a permission", Permissions.All.Contains);
        if (!entry.Has("tenant") && !roles.Contains(Roles.SuperAdmin))
        {
            entry.Fault("tenant", "is required for all but a super_admin");
        }

        return (tenant, roles, permissions);
    }

    private static string? SecretOf(Entry entry, string name)
    {
        var secret = entry.OptionalText(name, Passwords.MaxLength);
        if (secret?.Length < Passwords.MinLength)
        {
            entry.Fault(name, $"must have at least {Passwords.MinLength} characters");
            return null;
        }

        return secret;
    }
}
