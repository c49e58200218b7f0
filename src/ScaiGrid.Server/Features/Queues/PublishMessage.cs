using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Queues;

/// <summary>In which order a queue gives its messages.</summary>
internal enum ConsumerMode { Fifo, Priority }

/// <summary><c>POST /messages</c>: publishes a message by hand, as a <c>queue_publish</c> step would.</summary>
internal static class PublishMessage
{
    private const int LongestType = 200, LongestReason = 2000, MostRetries = 100;

    /// <param name="Scope">Null is the tenant's default scope.</param>
    /// <param name="MessageType">Tells consumers what the payload is.</param>
    /// <param name="Reason">Why it was escalated; null when it was not.</param>
    /// <param name="ConsumerMode">How the queue is ordered, which is what its publishers declare: <c>fifo</c> unless told.</param>
    /// <param name="MaxRetries">How many more runs may try after the first that failed, 0 to 100; 5 unless told.</param>
    public sealed record Request(
        string Queue, string? Scope = null, string? MessageType = null, Value? Payload = null, CheckpointPriority? Priority = null, string? Reason = null,
        ConsumerMode? ConsumerMode = null, int? MaxRetries = null);

    public static void Map(IEndpointRouteBuilder queues) => queues
        .MapPost("/messages", HandleAsync)
        .WithName("PublishMessage")
        .WithSummary("Publish a message to a queue")
        .Requires(Permissions.CoreManage)
        .Audits("queue.publish")
        .Answers<MessageView>(StatusCodes.Status201Created)
        .ProducesErrors(KernelErrors.Validation, AccessErrors.TenantRequired);

    private static async Task<IResult> HandleAsync(
        Body<Request> body, Principal caller, Db db, Auditor auditor, WaitClock waits, IdSource ids, TimeProvider clock, CancellationToken ct)
    {
        if (caller.TenantId is not { } tenantId)
        {
            return AccessErrors.TenantRequired.With("Name the tenant of the queue in the header X-Tenant-Id.").ToResult();
        }

        var now = clock.GetUtcNow();
        if (!Decide(body.Value, caller.UserId, tenantId, ids, now).Succeeded(out var message, out var error))
        {
            return error.ToResult();
        }

        var view = MessageView.Of(message, now);
        await db.RetryOnConflictAsync(() =>
        {
            db.QueueMessages.Add(message);
            auditor.Changed(message.Id.Value, null, view);
            return db.SaveChangesAsync(ct);
        });
        waits.Published(message);
        return Reply.Created(view);
    }

    private static Result<QueueMessage> Decide(Request request, Id<User> publisher, Id<Tenant> tenantId, IdSource ids, DateTimeOffset now)
    {
        var faults = new List<Fault>();
        if (!QueueName.Parse(request.Scope, request.Queue).Succeeded(out var name, out var misnamed))
        {
            faults.AddRange(misnamed.Details);
        }

        if (request.MessageType is { } type && (type.Length is 0 or > LongestType || type.Any(char.IsControl)))
        {
            faults.Add(new("message_type", $"must be 1 to {LongestType} characters, none of them a control character"));
        }

        if (request.Reason is { } reason && reason.Length is 0 or > LongestReason)
        {
            faults.Add(new("reason", $"must be 1 to {LongestReason} characters"));
        }

        if (request.MaxRetries is < 0 or > MostRetries)
        {
            faults.Add(new("max_retries", $"must be 0 to {MostRetries}"));
        }

        if (faults.Count > 0)
        {
            return KernelErrors.Faulty(faults);
        }

        var priority = request.Priority ?? CheckpointPriority.Normal;
        return new QueueMessage
        {
            Id = ids.New<QueueMessage>(),
            TenantId = tenantId,
            Queue = name!.ToString(),
            MessageType = request.MessageType,
            Payload = request.Payload ?? default,
            Priority = priority,
            Rank = request.ConsumerMode == ConsumerMode.Priority ? (int)priority : 0,
            Reason = request.Reason,
            VisibleAt = now,
            MaxRetries = request.MaxRetries ?? QueueMessage.DefaultRetries,
            PublishKey = ids.New("hand"),
            PublishedBy = publisher.Value,
            CreatedAt = now,
        };
    }
}
