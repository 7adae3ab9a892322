#include "slides/server/page_frame.hh"

#include <fmt/format.h>

#include "net/http/html_text.hh"

namespace waymark::slides {

using net::http::escaped;

namespace {

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{} · Waymark</title>
<link rel="icon" href="/assets/waymark.svg" type="image/svg+xml">
)";

constexpr std::string_view kDeck = R"(<link rel="stylesheet" href="/assets/vendor/reveal/reset.css">
<link rel="stylesheet" href="/assets/vendor/reveal/reveal.css">
<link rel="stylesheet" href="/assets/colours.css">
<link rel="stylesheet" href="/assets/deck.css">
<link rel="stylesheet" href="/assets/run-pane.css">
<link rel="stylesheet" href="/assets/sockets-pane.css">
<link rel="stylesheet" href="/assets/frames-pane.css">
<link rel="stylesheet" href="/assets/load-pane.css">
<link rel="stylesheet" href="/assets/question.css">
<meta name="run-token" content="{}">
<script defer src="/assets/vendor/reveal/reveal.js"></script>
<script defer src="/assets/vendor/reveal/notes.js"></script>
<script type="module" src="/assets/deck.js"></script>
</head>
<body>
<main><div class="reveal"><div class="slides">
{}</div></div></main>
</body>
</html>
)";

constexpr std::string_view kText = R"(<link rel="stylesheet" href="/assets/colours.css">
<link rel="stylesheet" href="/assets/text.css">
</head>
<body>
<header class="bar"><a href="/"><img src="/assets/waymark.svg" alt="" width="28" height="28">Waymark</a></header>
<main>
{}</main>
</body>
</html>
)";

}  // namespace

std::string deck_frame(std::string_view title, std::string_view token, std::string_view slides) {
    return fmt::format(kHead, escaped(title)) + fmt::format(kDeck, token, slides);
}

std::string text_frame(std::string_view title, std::string_view body) {
    return fmt::format(kHead, escaped(title)) + fmt::format(kText, body);
}

}  // namespace waymark::slides
