using Microsoft.AspNetCore.Antiforgery;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary>Forms that only a page of this server can send: a hidden field and a cookie that belong together.</summary>
internal sealed class Forms(IAntiforgery antiforgery)
{
    public const string Forged = "The page was open for too long, or the browser keeps no cookies. Please try again.";

    /// <summary>The hidden field of a form that is about to be shown.</summary>
    public Html Mark(HttpContext context)
    {
        var tokens = antiforgery.GetAndStoreTokens(context);
        return Hidden(tokens.FormFieldName, tokens.RequestToken!);
    }

    public Task<bool> IsOursAsync(HttpContext context) => antiforgery.IsRequestValidAsync(context);

    public static Html Hidden(string name, string value) => Html.Of($"""<input type="hidden" name="{name}" value="{value}">""");
}
