using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Health;

/// <summary>What a load balancer asks.</summary>
internal static class HealthApi
{
    private static readonly ObjectKey Probe = ObjectKey.Of("health", "probe");

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("/health").WithTags("Health").AllowsAnybody();

        health.MapGet("/live", () => Results.Ok(new { Status = "ok" })).WithName("Live").WithSummary("The process runs");
        health.MapGet("/ready", ReadyAsync).WithName("Ready").WithSummary("The database and the object store answer, and the schema is the one this server needs");
    }

    private static async Task<IResult> ReadyAsync(TenantScope scope, IServiceProvider services, IObjectStore objects, CancellationToken ct)
    {
        scope.EnterPlatform();
        var db = services.GetRequiredService<Db>();
        var checks = new Dictionary<string, string>
        {
            ["database"] = await AnswersAsync(() => db.Stamps.AnyAsync(ct)),
            ["migrations"] = await AnswersAsync(async () => !(await db.Database.GetPendingMigrationsAsync(ct)).Any()),
            ["objects"] = await AnswersAsync(async () =>
            {
                await objects.ExistsAsync(Probe, ct);
                return true;
            }),
        };
        var ready = checks.Values.All(c => c == "ok");
        return Results.Json(new { Status = ready ? "ready" : "not_ready", Checks = checks }, statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<string> AnswersAsync(Func<Task<bool>> ask)
    {
        try
        {
            return await ask() ? "ok" : "failed";
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return "unreachable"; // the reason is in the log of whoever needed it, not in an anonymous answer
        }
    }
}
