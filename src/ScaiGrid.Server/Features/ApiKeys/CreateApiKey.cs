using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Access.RateLimiting;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.ApiKeys;

/// <summary><c>POST /v1/api-keys</c>: a key that may at most what its creator may.</summary>
internal static class CreateApiKey
{
    private const int MaxRate = 1_000_000, MaxName = 200;

    public sealed record Request
    {
        public required string Name { get; init; }

        /// <summary>Null = never, or when the key that asks expires.</summary>
        public DateTimeOffset? ExpiresAt { get; init; }

        /// <summary>At most these of the user's permissions; null or empty = all that the caller's sign-in may.</summary>
        public IReadOnlyList<string>? Permissions { get; init; }

        /// <summary>Only models in these groups; null or empty = all that the caller's sign-in sees.</summary>
        public IReadOnlyList<string>? ModelGroups { get; init; }

        /// <summary>Requests in 60 seconds; null = the server's default. Above it, or 0 for unlimited, with <c>users:manage</c> only.</summary>
        public int? RateLimit { get; init; }

        /// <summary>Whose key it becomes; null = the caller's. Another one needs <c>users:manage</c>, in the same tenant.</summary>
        public Id<User>? AssignedUserId { get; init; }
    }

    /// <param name="Key">The secret. It is shown this once and stored nowhere.</param>
    /// <param name="Scopes">The permissions that the key has now.</param>
    public sealed record Response(
        string Id, string Name, string Key, string Prefix, string UserId, IReadOnlyList<string> Scopes, IReadOnlyList<string> Permissions,
        IReadOnlyList<string> ModelGroups, int? RateLimit, DateTimeOffset? ExpiresAt, DateTimeOffset CreatedAt);

    public static void Map(IEndpointRouteBuilder keys) => keys
        .MapPost("/", HandleAsync)
        .WithName("CreateApiKey")
        .WithSummary("Create an API key; its secret is shown once")
        .Requires(Access.Permissions.ApiKeysManage)
        .Audits("api_key.create")
        .Answers<Response>(StatusCodes.Status201Created)
        .ProducesErrors(KernelErrors.Validation, AccessErrors.PermissionDenied);

    private static async Task<IResult> HandleAsync(
        Body<Request> body, Principal caller, Db db, Auditor auditor, IdSource ids, TimeProvider clock, ServerOptions options, CancellationToken ct)
    {
        var request = body.Value;
        var userId = request.AssignedUserId ?? caller.UserId;
        if (userId != caller.UserId && !caller.May(Access.Permissions.UsersManage))
        {
            return AccessErrors.PermissionDenied.With($"A key for somebody else needs the permission '{Access.Permissions.UsersManage}'.").ToResult();
        }

        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == userId, ct);
        var named = request.ModelGroups ?? [];
        var groupIds = named.Where(g => IdSyntax.Pattern().IsMatch(g)).Select(g => new Id<ModelGroup>(g)).ToList();
        var groups = await db.ModelGroups.AsNoTracking().Where(g => groupIds.Contains(g.Id)).ToListAsync(ct);
        var reachable = groups.Where(g => caller is { IsSuperAdmin: true, TenantId: null } || Visibility.Reaches(g.Scope, g.PartnerId, g.TenantId, caller)).Select(g => g.Id.Value).ToHashSet();

        var secret = ApiKeySecret.Make();
        var decided = Decide(request, caller, user, reachable, new(ids.New<ApiKey>(), secret, clock.GetUtcNow(), options.RateLimits.PerKey));
        if (!decided.Succeeded(out var key, out var error))
        {
            return error.ToResult();
        }

        db.ApiKeys.Add(key);
        auditor.Changed(key.Id.Value, null, ApiKeyView.Of(key));
        await db.SaveChangesAsync(ct);

        var may = Roles.PermissionsOf(user!.Roles, user.Grants);
        var scopes = (key.Permissions.Count == 0 ? may : may.Intersect(key.Permissions)).Order(StringComparer.Ordinal).ToList();
        return Reply.Created(new Response(
            key.Id.Value, key.Name, secret, key.Hint, key.UserId.Value, scopes, key.Permissions, key.ModelGroups, key.RateLimit, key.ExpiresAt, key.CreatedAt));
    }

    /// <summary>What the new key is made of besides the request.</summary>
    /// <param name="DefaultRate">The rate of keys that say nothing; 0 = unlimited.</param>
    internal readonly record struct Making(Id<ApiKey> Id, string Secret, DateTimeOffset Now, int DefaultRate);

    /// <summary>The new key, or all that is wrong with the request.</summary>
    /// <param name="user">Whose key it becomes; null when there is no such user.</param>
    /// <param name="reachable">Those of the named model groups that exist within the caller's reach.</param>
    internal static Result<ApiKey> Decide(Request request, Principal caller, User? user, IReadOnlySet<string> reachable, Making making)
    {
        if (user is null || (user.Id != caller.UserId && user.TenantId != caller.TenantId))
        {
            return KernelErrors.Validation.At("assigned_user_id", "is not a user of your tenant");
        }

        if (user.Id != caller.UserId && Authority.MayMore(user, caller))
        {
            return AccessErrors.PermissionDenied.With("That user may do more than you, so you cannot make a key that acts as that user.");
        }

        var faults = new List<Fault>();
        var permissions = request.Permissions ?? [];
        var groups = request.ModelGroups ?? [];
        Check(request, caller, making, faults);
        faults.AddRange(permissions.Index().Where(p => !caller.May(p.Item)).Select(p => new Fault($"permissions[{p.Index}]", $"'{p.Item}' is not a permission of yours")));
        faults.AddRange(groups.Index()
            .Where(g => !reachable.Contains(g.Item) || caller.ModelGroups?.Contains(g.Item) == false)
            .Select(g => new Fault($"model_groups[{g.Index}]", $"'{g.Item}' is not a model group within your reach")));
        if (faults.Count > 0)
        {
            return KernelErrors.Faulty(faults);
        }

        // A key made with a narrowed key is narrowed at least as much, and lives no longer.
        return new ApiKey
        {
            Id = making.Id,
            UserId = user.Id,
            TenantId = user.TenantId,
            Name = request.Name.Trim(),
            Hash = ApiKeySecret.HashOf(making.Secret),
            Hint = ApiKeySecret.HintOf(making.Secret),
            Permissions = [.. (permissions.Count > 0 ? permissions : caller.NarrowedTo?.AsEnumerable() ?? []).Distinct().Order(StringComparer.Ordinal)],
            ModelGroups = [.. (groups.Count > 0 ? groups : caller.ModelGroups?.AsEnumerable() ?? []).Distinct().Order(StringComparer.Ordinal)],
            RateLimit = request.RateLimit ?? (RateOf(caller) is { } rate && rate != making.DefaultRate ? rate : null),
            ExpiresAt = request.ExpiresAt ?? (caller.SignIn is SignInMethod.ApiKey ? caller.ExpiresAt : null),
            CreatedAt = making.Now,
        };
    }

    private static void Check(Request request, Principal caller, Making making, List<Fault> faults)
    {
        if (request.Name.Trim().Length is 0 or > MaxName)
        {
            faults.Add(new("name", $"must have 1 to {MaxName} characters"));
        }

        if (request.ExpiresAt <= making.Now)
        {
            faults.Add(new("expires_at", "must be in the future"));
        }
        else if (caller.SignIn is SignInMethod.ApiKey && request.ExpiresAt > caller.ExpiresAt)
        {
            faults.Add(new("expires_at", "must not be later than that of the key that you use"));
        }

        var most = caller.May(Access.Permissions.UsersManage) ? MaxRate : RateOf(caller) ?? making.DefaultRate;
        var least = caller.May(Access.Permissions.UsersManage) || most == 0 ? 0 : 1;
        most = most == 0 ? MaxRate : most;
        if (request.RateLimit < least || request.RateLimit > most)
        {
            faults.Add(new("rate_limit", $"must be from {least} to {most}"));
        }
    }

    /// <summary>What the key that asks is limited to; null when it is not, or when no key asks.</summary>
    private static int? RateOf(Principal caller)
    {
        foreach (var quota in caller.Quotas)
        {
            if (quota.Level == RateLevel.Key)
            {
                return quota.Limit;
            }
        }

        return null;
    }
}
