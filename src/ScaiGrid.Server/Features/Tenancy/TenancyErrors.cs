using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Tenancy;

internal static class TenancyErrors
{
    public static readonly ErrorType TenantNotFound = new("TENANT_NOT_FOUND", ErrorKind.NotFound, "There is no such tenant within the caller's reach");
    public static readonly ErrorType PartnerNotFound = new("PARTNER_NOT_FOUND", ErrorKind.NotFound, "There is no such partner within the caller's reach");
}
