using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

internal static class ModelErrors
{
    public static readonly ErrorType NotFound = new("MODEL_NOT_FOUND", ErrorKind.NotFound, "There is no model of that name for the caller");
    public static readonly ErrorType AccessDenied = new("MODEL_ACCESS_DENIED", ErrorKind.Forbidden, "The model exists but is not shown to the caller");
}
