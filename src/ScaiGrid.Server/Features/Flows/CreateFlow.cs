using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Flows;

/// <summary><c>POST /flows</c>: a new flow in the caller's tenant. The caller owns it.</summary>
internal static class CreateFlow
{
    /// <param name="Content">The graph. Its <c>id</c> is replaced, its <c>version</c> is where the flow begins; without one it is 1.0.0.</param>
    public sealed record Request(string Name, Value Content, string? Description = null);

    public static void Map(IEndpointRouteBuilder flows) => flows
        .MapPost("", HandleAsync)
        .WithName("CreateFlow")
        .WithSummary("Save a new flow")
        .RequiresOidc(Permissions.CoreManage)
        .Audits("flow.create")
        .WithMetadata(new BodyLimit(FlowContent.MaxBytes))
        .Produces<FlowDetail>(StatusCodes.Status201Created)
        .ProducesErrors(KernelErrors.Validation, KernelErrors.TooLarge, AccessErrors.TenantRequired);

    /// <summary>Makes a flow and stores its content; its rows are part of the caller's save.</summary>
    public static async Task<Result<Flow>> AddAsync(
        Db db, IObjectStore objects, Id<Flow> id, Id<Tenant> tenant, Id<User> owner, Request request, DateTimeOffset now, CancellationToken ct)
    {
        var faults = new List<Fault>();
        FlowSettings.CheckName(request.Name, faults);
        FlowSettings.CheckDescription(request.Description, faults);
        var content = FlowContent.Complete(request.Content, id, request.Name);
        faults.AddRange(FlowContent.FaultsOf(content));
        if (faults.Count > 0)
        {
            return KernelErrors.Faulty(faults);
        }

        var flow = new Flow { Id = id, TenantId = tenant, OwnerId = owner, Name = request.Name.Trim(), Description = request.Description, CreatedAt = now };
        await SaveContent.FirstAsync(db, objects, flow, content, now, ct);
        db.Flows.Add(flow);
        return flow;
    }

    private static async Task<IResult> HandleAsync(
        Body<Request> body, Principal caller, Db db, IObjectStore objects, Auditor auditor, IdSource ids, TimeProvider clock, CancellationToken ct)
    {
        if (caller.TenantId is not { } tenant)
        {
            return AccessErrors.TenantRequired.With("Name the tenant of the new flow in the header X-Tenant-Id.").ToResult();
        }

        var added = await AddAsync(db, objects, ids.New<Flow>(), tenant, caller.UserId, body.Value, clock.GetUtcNow(), ct);
        if (!added.Succeeded(out var flow, out var error))
        {
            return error.ToResult();
        }

        auditor.Changed(flow.Id.Value, null, FlowSummary.Of(flow));
        await db.SaveChangesAsync(ct);
        var content = await FlowContent.ReadAsync(objects, flow.ContentKey, ct);
        return Results.Created($"/api/v1/flows/{flow.Id}", FlowDetail.Of(flow, FlowLevel.Admin, content)).WithETag(flow.Version);
    }
}
