using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Flows;

/// <summary>
/// <c>POST /dev/deploy</c>: makes a flow that nobody saved a Core of the tenant <c>DevTenant</c>, or the new program of the Core of that name. There only
/// when <c>DevToken</c> is set, and that token reaches nothing else.
/// </summary>
internal static class DevDeploy
{
    /// <param name="PublishAsModel">Null = as the flow's <c>config</c> says.</param>
    public sealed record Request(Value Content, bool? PublishAsModel = null);

    public sealed record Response(Id<Core> CoreId, string? PublishedSlug);

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/dev/deploy", HandleAsync)
        .WithName("DevDeploy")
        .WithSummary("Deploy a flow without saving it")
        .WithTags("Flows")
        .AddEndpointFilter<Refusals>()
        .RequiresDevToken()
        .Audits("core.dev_deploy")
        .WithMetadata(new BodyLimit(FlowContent.MaxBytes))
        .Produces<Response>()
        .ProducesErrors(KernelErrors.Validation, KernelErrors.TooLarge, KernelErrors.SlugConflict, FlowErrors.CompileError, CoreErrors.InvalidSource);

    private static async Task<IResult> HandleAsync(Body<Request> body, Principal caller, Db db, DeployCore deploy, Auditor auditor, CancellationToken ct)
    {
        var compilation = FlowCompiler.Compile(body.Value.Content);
        if (!compilation.Succeeded(out var compiled))
        {
            return FlowErrors.NotCompiled(compilation.Diagnostics).ToResult();
        }

        var tenant = caller.TenantId!.Value;
        var plan = DeployPlan.Of(compiled, compiled.Graph.Name, Value.EmptyObject, body.Value.PublishAsModel, null);
        _ = Slug.TryMake(plan.CoreName, out var slug);
        var deployed = await db.RetryOnConflictAsync<Result<Core>>(async () =>
        {
            var core = await db.Cores.SingleOrDefaultAsync(c => c.TenantId == tenant && c.Slug == slug, ct);
            if (!(await deploy.ApplyAsync(core, tenant, plan, caller, ct)).Succeeded(out var done, out var error))
            {
                return error;
            }

            auditor.Changed(done.Core.Id.Value, done.Before, CoreView.Of(done.Core));
            await db.SaveChangesAsync(ct);
            return done.Core;
        });

        return deployed.Succeeded(out var made, out var refused) ? Results.Ok(new Response(made.Id, made.Publication?.Slug.Value)) : refused.ToResult();
    }
}
