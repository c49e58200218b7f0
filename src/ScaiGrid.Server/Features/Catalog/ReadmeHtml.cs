using Markdig;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary>A stranger's Markdown as HTML that is safe to put into a page: no HTML of their own, and links that lead nowhere but to web pages and mail.</summary>
internal static class ReadmeHtml
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseEmphasisExtras().DisableHtml().Build();

    public static string Render(string markdown)
    {
        var document = Markdown.Parse(markdown, Pipeline);
        foreach (var link in document.Descendants<LinkInline>())
        {
            link.Url = Safe(link.Url, allowMail: !link.IsImage);
            link.GetDynamicUrl = null; // reference links would bring the address in again
            link.GetAttributes().AddPropertyIfNotExist("rel", "nofollow noopener noreferrer");
        }

        foreach (var link in document.Descendants<AutolinkInline>().ToList())
        {
            if (!link.IsEmail && Safe(link.Url, allowMail: true).Length == 0)
            {
                link.ReplaceBy(new LiteralInline(link.Url));
            }
        }

        return document.ToHtml(Pipeline);
    }

    /// <returns>The address, or nothing where a browser might do anything but go to a page.</returns>
    private static string Safe(string? url, bool allowMail)
    {
        // Browsers skip white space and control characters before and within a scheme.
        var seen = string.Concat((url ?? "").Where(c => c > ' ' && !char.IsControl(c)));
        var colon = seen.IndexOf(':');
        var end = seen.AsSpan().IndexOfAny('/', '?', '#');
        if (colon < 0 || (end >= 0 && end < colon))
        {
            return seen; // no scheme: within this site
        }

        return seen[..colon].ToLowerInvariant() switch
        {
            "http" or "https" => seen,
            "mailto" when allowMail => seen,
            _ => "",
        };
    }
}
