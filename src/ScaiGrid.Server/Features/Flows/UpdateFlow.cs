using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Flows;

/// <summary><c>PUT /flows/{id}</c>: changes what the body names. New content becomes the flow's next version; what it was is kept.</summary>
internal static class UpdateFlow
{
    /// <summary>Null = as it is. An empty description removes it.</summary>
    public sealed record Request(string? Name = null, string? Description = null, Value? Content = null);

    public static void Map(IEndpointRouteBuilder flows) => flows
        .MapPut("/{id}", HandleAsync)
        .WithName("UpdateFlow")
        .WithSummary("Change a flow; new content becomes a new version")
        .RequiresOidc(Permissions.CoreManage)
        .Audits("flow.update")
        .WithMetadata(new BodyLimit(FlowContent.MaxBytes))
        .Produces<FlowDetail>()
        .ProducesErrors(KernelErrors.Validation, KernelErrors.TooLarge, KernelErrors.PreconditionFailed, KernelErrors.Conflict, FlowErrors.NotFound, FlowErrors.AccessDenied);

    private static async Task<IResult> HandleAsync(
        Id<Flow> id, Body<Request> body, IfMatch ifMatch, Principal caller, Db db, IObjectStore objects, Auditor auditor, TimeProvider clock, CancellationToken ct)
    {
        var updated = await db.RetryOnConflictAsync<Result<Flow>>(async () =>
        {
            if (!(await FlowAccess.FindAsync(db, caller, id, FlowLevel.Edit, ct)).Succeeded(out var flow, out var error)
                || (error = ifMatch.Refuse(flow.Version) ?? Check(body.Value, flow)) is not null)
            {
                return error;
            }

            var before = FlowSummary.Of(flow);
            if (await ApplyAsync(db, objects, flow, body.Value, caller, clock.GetUtcNow(), ct))
            {
                auditor.Changed(flow.Id.Value, before, FlowSummary.Of(flow));
                await db.SaveChangesAsync(ct);
            }

            return flow;
        });

        return updated.Succeeded(out var saved, out var refused)
            ? Results.Ok(await GetFlow.DetailAsync(db, caller, saved, objects, ct)).WithETag(saved.Version)
            : refused.ToResult();
    }

    private static Error? Check(Request request, Flow flow)
    {
        var faults = new List<Fault>();
        FlowSettings.CheckName(request.Name, faults);
        FlowSettings.CheckDescription(request.Description, faults);
        if (request.Content is { } content)
        {
            faults.AddRange(FlowContent.FaultsOf(FlowContent.Complete(content, flow.Id, flow.Name, flow.ContentVersion)));
        }

        return faults.Count > 0 ? KernelErrors.Faulty(faults) : null;
    }

    /// <returns>Whether anything is different now.</returns>
    private static async Task<bool> ApplyAsync(Db db, IObjectStore objects, Flow flow, Request request, Principal caller, DateTimeOffset now, CancellationToken ct)
    {
        var (name, description) = (request.Name?.Trim() ?? flow.Name, request.Description is null ? flow.Description : request.Description.Length == 0 ? null : request.Description);
        var changed = (name, description) != (flow.Name, flow.Description);
        (flow.Name, flow.Description) = (name, description);
        if (request.Content is { } content)
        {
            changed |= await SaveContent.NextAsync(db, objects, flow, FlowContent.Complete(content, flow.Id, name, flow.ContentVersion), caller.UserId, now, ct);
        }

        if (changed)
        {
            flow.Touch(now);
        }

        return changed;
    }
}
