using System.Collections.Frozen;

namespace ScaiGrid.Server.Access;

/// <summary>Every permission there is. The words are public contract.</summary>
internal static class Permissions
{
    public const string
        ModelsList = "models:list",
        ModelsUse = "models:use",
        ModelsManage = "models:manage",
        RoutingView = "routing:view",
        RoutingManage = "routing:manage",
        AccountingViewOwn = "accounting:view_own",
        AccountingViewTenant = "accounting:view_tenant",
        AccountingViewPartner = "accounting:view_partner",
        AccountingManageBudgets = "accounting:manage_budgets",
        UsersManage = "users:manage",
        WebhooksManage = "webhooks:manage",
        AdminAccess = "admin:access",
        ApiKeysManage = "api_keys:manage",
        CoreView = "scaicore:view",
        CoreManage = "scaicore:manage",
        CheckpointResolve = "scaicore:checkpoint_resolve",
        CoreDelegate = "scaicore:delegate",
        CoreDebug = "scaicore:debug",
        CoreAdmin = "scaicore:admin";

    public static readonly FrozenSet<string> All =
    [
        ModelsList, ModelsUse, ModelsManage, RoutingView, RoutingManage, AccountingViewOwn, AccountingViewTenant, AccountingViewPartner,
        AccountingManageBudgets, UsersManage, WebhooksManage, AdminAccess, ApiKeysManage,
        CoreView, CoreManage, CheckpointResolve, CoreDelegate, CoreDebug, CoreAdmin,
    ];
}
