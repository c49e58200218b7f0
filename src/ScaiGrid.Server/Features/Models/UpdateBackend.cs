using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary><c>PUT /v1/backends/{id}</c>: changes what the body names. A secret that comes back as it was masked stays what it is.</summary>
internal static class UpdateBackend
{
    /// <param name="Timeout">Seconds for one attempt, 1 to 600; 0 = the server's default again.</param>
    public sealed record Request(string? ProviderType = null, string? Name = null, int? Timeout = null)
    {
        /// <summary>The whole configuration, in place of the one before.</summary>
        public Value ConnectionConfig { get; init; }
    }

    public static void Map(IEndpointRouteBuilder models) => models
        .MapPut("/backends/{id}", HandleAsync)
        .WithName("UpdateBackend")
        .WithSummary("Change a backend")
        .Requires(Permissions.ModelsManage)
        .Audits("backend.update")
        .Answers<BackendView>()
        .ProducesErrors(KernelErrors.Validation, ModelErrors.BackendNotFound, ModelErrors.BackendInUse);

    public static void Check(string? name, int? timeout, List<Fault> faults)
    {
        if (name is not null && (string.IsNullOrWhiteSpace(name) || name.Length > 200))
        {
            faults.Add(new("name", "must have 1 to 200 characters"));
        }

        if (timeout is not (null or (>= 1 and <= 600)))
        {
            faults.Add(new("timeout", "must be a number of seconds from 1 to 600"));
        }
    }

    private static async Task<IResult> HandleAsync(
        Id<BackendModel> id, Body<Request> body, Principal caller, Db db, BackendConfigs configs, ConnectionSecrets secrets, Auditor auditor, TimeProvider clock, CancellationToken ct)
    {
        var request = body.Value;
        var updated = await db.RetryOnConflictAsync<Result<BackendView>>(async () =>
        {
            if (await db.BackendOfAsync(caller, id, ct) is not { } backend)
            {
                return ModelErrors.MissingBackend(id);
            }

            if (backend.ProviderType == ProviderTypes.Core)
            {
                return ModelErrors.BackendInUse.With("This backend is a published Core: change the Core.");
            }

            var faults = new List<Fault>();
            Check(request.Name, request.Timeout is 0 ? null : request.Timeout, faults);
            var providerType = request.ProviderType ?? backend.ProviderType;
            var config = configs.Accept(providerType, request.ConnectionConfig, backend, faults);
            if (faults.Count > 0)
            {
                return KernelErrors.Faulty(faults);
            }

            var before = BackendView.Of(backend, secrets);
            backend.ProviderType = providerType;
            backend.Name = request.Name?.Trim() ?? backend.Name;
            backend.ConnectionConfig = config;
            backend.Timeout = request.Timeout switch { null => backend.Timeout, 0 => null, { } seconds => seconds };
            backend.UpdatedAt = clock.GetUtcNow();
            auditor.Changed(id.Value, before, BackendView.Of(backend, secrets));
            await db.SaveChangesAsync(ct);
            return BackendView.Of(backend, secrets);
        });

        return updated.Succeeded(out var view, out var error) ? Reply.Ok(view) : error.ToResult();
    }
}
