using System.Reflection;
using System.Text;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Cores;

/// <summary><c>POST /cores</c>: a new Core in the caller's tenant, from JSON or from a manifest in YAML.</summary>
internal static class CreateCore
{
    public sealed record Request : CoreSettings
    {
        public required string Name { get; init; }
    }

    public static void Map(IEndpointRouteBuilder cores) => cores
        .MapPost("/cores", HandleAsync)
        .WithName("CreateCore")
        .WithSummary("Create a Core from JSON, or from a manifest in YAML")
        .Requires(Permissions.CoreManage)
        .Audits("core.create")
        .WithMetadata(new BodyLimit(CoreSource.MaxBytes))
        .Accepts<Request>("application/json", "application/yaml")
        .Answers<CoreView>(StatusCodes.Status201Created)
        .ProducesErrors(KernelErrors.Validation, KernelErrors.SlugConflict, CoreErrors.InvalidSource, AccessErrors.TenantRequired);

    private static async Task<IResult> HandleAsync(
        NewCore body, Principal caller, Db db, IObjectStore objects, Auditor auditor, CoreEnvironment environment, CorePlugins plugins, IdSource ids, TimeProvider clock, CancellationToken ct)
    {
        var request = body.Value;
        if (caller.TenantId is not { } tenantId)
        {
            return AccessErrors.TenantRequired.With("Name the tenant of the new Core in the header X-Tenant-Id.").ToResult();
        }

        var decided = Decide(request, caller, tenantId, ids.New<Core>(), environment, plugins, clock.GetUtcNow());
        if (!decided.Succeeded(out var core, out var error) || (error = await CoreAvatar.StoreAsync(core, request, objects, ct)) is not null)
        {
            return error.ToResult();
        }

        var created = await db.RetryOnConflictAsync<Result<CoreView>>(async () =>
        {
            if (await db.Cores.AnyAsync(c => c.TenantId == tenantId && c.Slug == core.Slug, ct))
            {
                return Taken(core);
            }

            db.Cores.Add(core);
            auditor.Changed(core.Id.Value, null, CoreView.Of(core));
            await db.SaveChangesAsync(ct);
            return CoreView.Of(core);
        });

        return created.Succeeded(out var answer, out var taken) ? Reply.Created(answer).WithETag(answer.Version) : taken.ToResult();
    }

    /// <summary>The new Core, or all that is wrong with the request.</summary>
    public static Result<Core> Decide(Request request, Principal caller, Id<Tenant> tenantId, Id<Core> id, CoreEnvironment environment, CorePlugins plugins, DateTimeOffset now)
    {
        var faults = new List<Fault>();
        request.Check(request.Name, caller, plugins, faults);
        if (!Slug.TryMake(request.Name, out var slug) && !string.IsNullOrWhiteSpace(request.Name))
        {
            faults.Add(new("name", "must have at least one letter or digit to make a slug of"));
        }

        CoreEnvironment.CheckMasks(request.Environment ?? default, default, faults);
        CorePlugins.CheckMasks(request.Plugins ?? default, default, faults);
        if (faults.Count > 0)
        {
            return KernelErrors.Faulty(faults);
        }

        var core = new Core { Id = id, TenantId = tenantId, Name = request.Name.Trim(), Slug = slug, CreatedBy = caller.UserId, CreatedAt = now };
        request.Apply(core, environment, plugins);
        core.ConcurrencyMode = request.ConcurrencyMode ?? CoreSource.ModeOf(core.Source);
        core.EntityKeyField ??= CoreSource.EntityKeyOf(core.Source);
        core.Touch(now);
        return CoreSource.Check(core) is { } error ? error : core;
    }

    public static Error Taken(Core core) => KernelErrors.SlugConflict.With($"There is a Core '{core.Slug}' in this tenant already.") with
    {
        Details = [new("name", $"makes the slug '{core.Slug}', which is taken")],
    };

    /// <summary>The request's body in either form.</summary>
    internal sealed class NewCore : IRefusable
    {
        private readonly Request? _value;

        private NewCore(Request? value, Error? fault) => (_value, Fault) = (value, fault);

        public Error? Fault { get; }

        public Request Value => _value!;

        public static async ValueTask<NewCore?> BindAsync(HttpContext context, ParameterInfo parameter)
        {
            if (!CoreSource.IsYaml(context.Request.ContentType))
            {
                var body = await Body<Request>.BindAsync(context, parameter);
                return new(body!.Fault is null ? body.Value : null, body.Fault);
            }

            var (bytes, error) = await RequestBody.ReadAsync(context, CoreSource.MaxBytes);
            if (error is not null)
            {
                return new(null, error);
            }

            return CoreSource.Parse(Encoding.UTF8.GetString(bytes.Span)).Succeeded(out var source, out error)
                ? new(new() { Name = source["core"]["name"].AsString() ?? "", Source = source }, null)
                : new(null, error);
        }
    }
}
