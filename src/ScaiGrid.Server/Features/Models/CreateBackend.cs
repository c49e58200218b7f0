using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary><c>POST /v1/backends</c>.</summary>
internal static class CreateBackend
{
    /// <param name="ConnectionConfig">An object of what the provider needs.</param>
    /// <param name="Timeout">Seconds for one attempt, 1 to 600; null = the server's default.</param>
    /// <param name="TenantId">For those who administer several tenants; null = the caller's own, or the platform for a super admin who acts in none.</param>
    public sealed record Request(string ProviderType, string Name, Value ConnectionConfig, int? Timeout = null, Id<Tenant>? TenantId = null);

    public static void Map(IEndpointRouteBuilder models) => models
        .MapPost("/backends", HandleAsync)
        .WithName("CreateBackend")
        .WithSummary("Create a backend")
        .Requires(Permissions.ModelsManage)
        .Audits("backend.create")
        .Answers<BackendView>(StatusCodes.Status201Created)
        .ProducesErrors(KernelErrors.Validation);

    private static async Task<IResult> HandleAsync(
        Body<Request> body, Principal caller, Db db, Catalogue catalogue, BackendConfigs configs, ConnectionSecrets secrets, Auditor auditor, IdSource ids, TimeProvider clock, CancellationToken ct)
    {
        var request = body.Value;
        if (!ModelOwners.Choose(catalogue.Current, caller, request.TenantId).Succeeded(out var owner, out var error))
        {
            return error.ToResult();
        }

        var faults = new List<Fault>();
        UpdateBackend.Check(request.Name, request.Timeout, faults);
        var config = configs.Accept(request.ProviderType, request.ConnectionConfig, null, faults);
        if (faults.Count > 0)
        {
            return KernelErrors.Faulty(faults).ToResult();
        }

        var now = clock.GetUtcNow();
        var backend = new BackendModel
        {
            Id = ids.New<BackendModel>(),
            TenantId = owner.Id,
            ProviderType = request.ProviderType,
            Name = request.Name.Trim(),
            ConnectionConfig = config,
            Timeout = request.Timeout,
            CreatedAt = now,
            UpdatedAt = now,
        };
        db.Backends.Add(backend);
        var view = BackendView.Of(backend, secrets);
        auditor.Changed(backend.Id.Value, null, view);
        await db.SaveChangesAsync(ct);
        return Reply.Created(view);
    }
}
