using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

internal static class ModelErrors
{
    public static readonly ErrorType NotFound = new("MODEL_NOT_FOUND", ErrorKind.NotFound, "There is no model of that name for the caller");
    public static readonly ErrorType AccessDenied = new("MODEL_ACCESS_DENIED", ErrorKind.Forbidden, "The model exists but is not shown to the caller");
    public static readonly ErrorType InUse = new("MODEL_IN_USE", ErrorKind.Conflict, "The model is published by a Core or still has backends");
    public static readonly ErrorType BackendNotFound = new("BACKEND_NOT_FOUND", ErrorKind.NotFound, "There is no such backend in the caller's scope");
    public static readonly ErrorType BackendInUse = new("BACKEND_IN_USE", ErrorKind.Conflict, "The backend belongs to a published Core");
    public static readonly ErrorType GroupNotFound = new("MODEL_GROUP_NOT_FOUND", ErrorKind.NotFound, "There is no such model group in the caller's reach");

    public static Error Missing(ReadOnlySpan<char> model) => NotFound.With($"There is no model '{model}'.");

    public static Error MissingBackend(Id<BackendModel> id) => BackendNotFound.With($"There is no backend '{id}'.");

    public static Error MissingGroup(Id<ModelGroup> id) => GroupNotFound.With($"There is no model group '{id}'.");
}
