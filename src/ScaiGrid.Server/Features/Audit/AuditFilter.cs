using System.Reflection;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Audit;

/// <summary>
/// Which lines a caller asks for, from the query: <c>start</c>, <c>end</c>, <c>action</c>, <c>actor_id</c>, <c>resource_type</c>, <c>resource_id</c>, <c>status</c>,
/// <c>ip_address</c>, each optional.
/// </summary>
internal sealed record AuditFilter(
    DateTimeOffset? Start, DateTimeOffset? End, string? Action, string? ActorId, string? ResourceType, string? ResourceId, string? Status, string? IpAddress, Error? Fault) : IRefusable
{
    public static ValueTask<AuditFilter?> BindAsync(HttpContext context, ParameterInfo _)
    {
        var faults = new List<Fault>();
        return ValueTask.FromResult<AuditFilter?>(new(
            Time("start"), Time("end"), Text("action"), Text("actor_id"), Text("resource_type"), Text("resource_id"), Text("status"), Text("ip_address"),
            faults.Count > 0 ? KernelErrors.Faulty(faults) : null));

        string? Text(string name) => context.Request.Query[name] is [{ Length: > 0 } text] ? text : null;

        DateTimeOffset? Time(string name) => QueryTime.Read(context.Request.Query, name, faults);
    }

    public IQueryable<AuditEntry> Apply(IQueryable<AuditEntry> lines, string stream)
    {
        lines = lines.Where(e => e.Stream == stream);
        lines = Start is null ? lines : lines.Where(e => e.Timestamp >= Start);
        lines = End is null ? lines : lines.Where(e => e.Timestamp < End);
        lines = Action is null ? lines : lines.Where(e => e.Action == Action);
        lines = ActorId is null ? lines : lines.Where(e => e.ActorId == ActorId);
        lines = ResourceType is null ? lines : lines.Where(e => e.ResourceType == ResourceType);
        lines = ResourceId is null ? lines : lines.Where(e => e.ResourceId == ResourceId);
        lines = Status is null ? lines : lines.Where(e => e.Status == Status);
        return IpAddress is null ? lines : lines.Where(e => e.IpAddress == IpAddress);
    }
}
