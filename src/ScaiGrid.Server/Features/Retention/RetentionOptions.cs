namespace ScaiGrid.Server.Features.Retention;

/// <summary>How long what is over is kept.</summary>
internal sealed class RetentionOptions
{
    /// <summary>Runs that ended, with their traces and checkpoints; 0 keeps them for ever.</summary>
    public TimeSpan Runs { get; set; } = TimeSpan.FromDays(90);

    /// <summary>What the feed of events tells; 0 keeps it for ever. What a run tells goes with the run at the latest.</summary>
    public TimeSpan Events { get; set; } = TimeSpan.FromDays(30);
}
