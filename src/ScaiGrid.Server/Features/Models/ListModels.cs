using ScaiGrid.Server.Access;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary><c>GET /v1/models</c>: what the caller sees, in the order of the slugs.</summary>
internal static class ListModels
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapGet("/models", Handle)
        .WithName("ListModels")
        .WithSummary("List the models that you may use")
        .Requires(Permissions.ModelsList)
        .AnswersPage<ModelView>()
        .ProducesErrors(KernelErrors.Validation);

    private static IResult Handle(Paging paging, Choice<Modality> modality, Choice<ModelStatus> status, Principal caller, Catalogue catalogue)
    {
        var snapshot = catalogue.Current;
        var page = snapshot.Models
            .Where(m => (paging.After is null || string.CompareOrdinal(m.Slug, paging.After) > 0)
                && (modality.Value is null || m.Row.Modality == modality.Value)
                && (status.Value is null || m.Row.Status == status.Value)
                && snapshot.See(caller, m) == Sight.Visible)
            .Take(paging.Limit + 1)
            .ToList();
        return Reply.Page(paging.Cut(page, m => m.Slug, m => GetModel.Show(caller, m)));
    }
}
