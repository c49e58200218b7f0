using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Users;

internal static class UserErrors
{
    public static readonly ErrorType NotFound = new("USER_NOT_FOUND", ErrorKind.NotFound, "There is no such user within the caller's reach");
    public static readonly ErrorType GroupNotFound = new("USER_GROUP_NOT_FOUND", ErrorKind.NotFound, "There is no such group of users within the caller's reach");
    public static readonly ErrorType RoleNotFound = new("CUSTOM_ROLE_NOT_FOUND", ErrorKind.NotFound, "The tenant has no such custom role");
    public static readonly ErrorType EmailTaken = new("EMAIL_TAKEN", ErrorKind.Conflict, "Another user of the tenant has that email address");
    public static readonly ErrorType Yourself = new("NOT_YOURSELF", ErrorKind.Conflict, "Somebody else must do this to the caller's own account");
}
