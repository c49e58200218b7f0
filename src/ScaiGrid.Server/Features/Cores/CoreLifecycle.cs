using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Cores;

internal sealed partial class Core
{
    /// <summary>What a caller may ask of a Core, and the states it may be in for that.</summary>
    private static readonly Dictionary<CoreAction, CoreStatus[]> Allowed = new()
    {
        [CoreAction.Start] = [CoreStatus.Created, CoreStatus.Stopped, CoreStatus.Error],
        [CoreAction.Stop] = [CoreStatus.Running],
        [CoreAction.Pause] = [CoreStatus.Running],
        [CoreAction.Resume] = [CoreStatus.Paused],
        [CoreAction.Restart] = [CoreStatus.Running, CoreStatus.Crashed],
    };

    /// <summary>
    /// Takes the Core through the states between where it is and where the action leads. A program begins or goes on only when it is sound;
    /// otherwise the Core is left in <see cref="CoreStatus.Error"/>.
    /// </summary>
    /// <param name="unsound">Why the program cannot run; null when it can.</param>
    public Result<CoreStatus> Act(CoreAction action, Error? unsound, DateTimeOffset now)
    {
        if (!Allowed[action].Contains(Status))
        {
            return CoreErrors.InvalidTransition.With($"A Core that is {Show(Status)} cannot be told to {Show(action)}; it would have to be {string.Join(" or ", Allowed[action].Select(Show))}.");
        }

        Touch(now);
        Status = action switch
        {
            CoreAction.Stop => CoreStatus.Stopped,
            CoreAction.Pause => CoreStatus.Paused,
            _ when unsound is not null => CoreStatus.Error,
            _ => CoreStatus.Running,
        };
        return Status;
    }

    /// <summary>A Core in the middle of a start, or stopped by a fault that somebody should look at, is not deleted by the way.</summary>
    public Error? RefuseDelete(bool force) => !force && (Status is CoreStatus.Starting or CoreStatus.Error)
        ? CoreErrors.InvalidTransition.With($"The Core is {Show(Status)}: resolve that first, or delete it with ?force=true.")
        : null;

    private static string Show<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}

internal enum CoreAction { Start, Stop, Pause, Resume, Restart }
