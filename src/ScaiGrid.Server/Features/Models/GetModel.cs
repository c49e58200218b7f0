using ScaiGrid.Server.Access;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary><c>GET /v1/models/{slug or id}</c>, the slashes of a slug as they are or as <c>%2F</c>.</summary>
internal static class GetModel
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapGet("/models/{**model}", Handle)
        .WithName("GetModel")
        .WithSummary("Get a model by its slug or id")
        .Requires(Permissions.ModelsList)
        .Answers<ModelView>()
        .ProducesErrors(ModelErrors.NotFound, ModelErrors.AccessDenied);

    public static ModelView Show(Principal caller, CatalogueModel model) =>
        ModelView.Of(model, caller.May(Permissions.ModelsManage) && ModelGroupScopes.AllowsOwner(caller, model.Row.TenantId, model.PartnerId));

    private static IResult Handle(string model, Principal caller, Catalogue catalogue)
    {
        var snapshot = catalogue.Current;
        var asked = model.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        var found = snapshot.Find(new Id<FrontendModel>(asked)) ?? snapshot.Find(asked);
        return snapshot.Show(caller, found, asked).Succeeded(out var shown, out var error) ? Reply.Ok(Show(caller, shown)) : error.ToResult();
    }
}
