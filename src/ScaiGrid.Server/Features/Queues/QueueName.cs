using System.Text.RegularExpressions;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Queues;

/// <summary>A queue as manifests name it.</summary>
/// <param name="Scope">Null is the tenant's default scope.</param>
internal sealed partial record QueueName(string? Scope, string Queue)
{
    private const string Rule = "must be 1 to 128 letters, digits, '_', '-' and '.'";

    /// <summary>Takes apart what <see cref="QueueMessage.NameOf"/> put together.</summary>
    public static QueueName Of(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return new(slash == 0 ? null : name[..slash], name[(slash + 1)..]);
    }

    public static Result<QueueName> Parse(string? scope, string? queue)
    {
        var faults = new List<Fault>();
        if (queue is null || !Token().IsMatch(queue))
        {
            faults.Add(new("queue", Rule));
        }

        if (scope is not null && !Token().IsMatch(scope))
        {
            faults.Add(new("scope", Rule));
        }

        return faults.Count > 0 ? KernelErrors.Faulty(faults) : new QueueName(scope, queue!);
    }

    public override string ToString() => QueueMessage.NameOf(Scope, Queue);

    [GeneratedRegex(@"\A[A-Za-z0-9_.-]{1,128}\z")]
    private static partial Regex Token();
}
