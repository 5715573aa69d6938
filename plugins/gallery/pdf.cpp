// The first page of a PDF, drawn by poppler on white.
#include <cairo.h>
#include <poppler.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "picture.hpp"

namespace gallery {
namespace {

struct let_go {
    void operator()(void* one) const { g_object_unref(one); }
    void operator()(cairo_surface_t* one) const { cairo_surface_destroy(one); }
    void operator()(cairo_t* one) const { cairo_destroy(one); }
    void operator()(char* one) const { g_free(one); }
};
template <class T>
using owned = std::unique_ptr<T, let_go>;

void say_nothing(const char*, GLogLevelFlags, const char*, void*) {}

/// Cairo's rows are blue, green, red, and a byte more.
pixels rgb_of(cairo_surface_t* drawn) {
    cairo_surface_flush(drawn);
    pixels made{
        .width = cairo_image_surface_get_width(drawn), .height = cairo_image_surface_get_height(drawn), .rgb = {}};
    const auto* rows = cairo_image_surface_get_data(drawn);
    const auto stride = static_cast<std::size_t>(cairo_image_surface_get_stride(drawn));
    const auto width = static_cast<std::size_t>(made.width);
    made.rgb.resize(width * static_cast<std::size_t>(made.height) * 3);
    for (std::size_t y = 0, to = 0; y < static_cast<std::size_t>(made.height); ++y)
        for (std::size_t x = 0; x < width; ++x)
            for (const std::size_t colour : {2U, 1U, 0U})
                made.rgb[to++] = static_cast<char>(rows[y * stride + x * 4 + colour]);
    return made;
}

sdk::result<pixels> drawn(PopplerPage* page, double longest) {
    double width = 0;
    double height = 0;
    poppler_page_get_size(page, &width, &height);
    if (!(width >= 1) || !(height >= 1) || !std::isfinite(width) || !std::isfinite(height))
        return unreadable("Its first page has no size.");
    const double scale = longest / std::max(width, height);
    const auto side = [&](double of) { return std::max(1, static_cast<int>(std::lround(of * scale))); };
    const owned<cairo_surface_t> surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, side(width), side(height)));
    const owned<cairo_t> on(cairo_create(surface.get()));
    cairo_set_source_rgb(on.get(), 1, 1, 1);
    cairo_paint(on.get());
    cairo_scale(on.get(), scale, scale);
    poppler_page_render(page, on.get());
    if (cairo_status(on.get()) != CAIRO_STATUS_SUCCESS) return unreadable("Its first page cannot be drawn.");
    return rgb_of(surface.get());
}

}  // namespace

sdk::result<picture> read_pdf(const fs::path& path, const making& by) {
    g_log_set_handler("Poppler", G_LOG_LEVEL_MASK, &say_nothing, nullptr);
    const owned<char> address(g_filename_to_uri(path.c_str(), nullptr, nullptr));
    GError* why = nullptr;
    const owned<PopplerDocument> document(
        address == nullptr ? nullptr : poppler_document_new_from_file(address.get(), nullptr, &why));
    if (document == nullptr) {
        const bool is_locked = g_error_matches(why, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED) != 0;
        g_clear_error(&why);
        return unreadable(is_locked ? "It has a password." : "It cannot be read as a PDF.");
    }
    const auto pages = poppler_document_get_n_pages(document.get());
    const owned<PopplerPage> first(pages < 1 ? nullptr : poppler_document_get_page(document.get(), 0));
    if (first == nullptr) return unreadable("It has no page.");
    const auto page = drawn(first.get(), static_cast<double>(by.largest()));
    if (!page) return page.error();
    if (by.is_over()) return too_slow();
    auto small = write_small(*page, by);
    if (!small) return small.error();
    picture made{
        .width = page->width, .height = page->height, .duration_ms = {}, .pages = pages, .taken_at = {}, .small = {}};
    made.small = std::move(*small);
    return made;
}

}  // namespace gallery
