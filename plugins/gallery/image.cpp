// Images, and all that is written: by libvips, with only those of its readers that are meant for strangers' files.
#include <vips/vips.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "picture.hpp"

namespace gallery {
namespace {

constexpr int quality = 80;
constexpr int most_threads = 4;

struct let_go {
    void operator()(VipsImage* one) const { g_object_unref(one); }
};
using image = std::unique_ptr<VipsImage, let_go>;

void say_nothing(const char*, GLogLevelFlags, const char*, void*) {}

/// Once; false when there is no libvips to work with.
bool has_begun() {
    static const bool well = [] {
        g_log_set_handler("VIPS",
                          static_cast<GLogLevelFlags>(G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO),
                          &say_nothing, nullptr);
        if (vips_init("gallery") != 0) return false;
        vips_block_untrusted_set(TRUE);
        vips_cache_set_max(0);
        vips_concurrency_set(static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 1U * most_threads)));
        return true;
    }();
    return well;
}

/// What libvips says of the last call on this thread, without names of files.
sdk::error wrong(const making& by) {
    std::string why = vips_error_buffer();
    vips_error_clear();
    if (by.is_over()) return too_slow();
    why = why.substr(0, why.find('\n'));
    if (why.find('/') != std::string::npos) why.clear();
    return unreadable("It cannot be read" + (why.empty() ? std::string(".") : ": " + why));
}

void end_when_over(VipsImage* of, VipsProgress*, const making* by) {
    if (by->is_over()) vips_image_set_kill(of, TRUE);
}

/// All of it in memory; null when it cannot be, or takes too long.
image evaluated(VipsImage* from, const making& by) {
    vips_image_set_progress(from, TRUE);
    // The library takes the arguments as they are when it calls.
    const auto watch = g_signal_connect(from, "eval", G_CALLBACK(&end_when_over), const_cast<making*>(&by));
    image made(vips_image_copy_memory(from));
    g_signal_handler_disconnect(from, watch);
    return made;
}

image thumbnail_of(VipsImage* from, std::int64_t size) {
    VipsImage* made = nullptr;
    const auto longest = static_cast<int>(size);
    if (vips_thumbnail_image(from, &made, longest, "height", longest, "size", VIPS_SIZE_DOWN, nullptr) != 0) return {};
    return image(made);
}

sdk::result<small_picture> write(VipsImage* from, std::int64_t size, const making& by) {
    const bool is_clear = vips_image_hasalpha(from) != 0;
    small_picture made{.size = size,
                       .width = vips_image_get_width(from),
                       .height = vips_image_get_height(from),
                       .name = std::to_string(size) + (is_clear ? ".webp" : ".jpg"),
                       .type = is_clear ? "image/webp" : "image/jpeg"};
    const auto to = (by.into / made.name).string();
    const int done = is_clear ? vips_webpsave(from, to.c_str(), "Q", quality, "strip", TRUE, nullptr)
                              : vips_jpegsave(from, to.c_str(), "Q", quality, "strip", TRUE, nullptr);
    if (done != 0) return wrong(by);
    std::error_code none;
    made.bytes = static_cast<std::int64_t>(fs::file_size(to, none));
    return made;
}

/// From the largest to the smallest, each from the one before.
sdk::result<std::vector<small_picture>> write_all(image from, const making& by) {
    const auto longest = std::max(vips_image_get_width(from.get()), vips_image_get_height(from.get()));
    auto sizes = by.sizes;
    while (sizes.size() > 1 && sizes[sizes.size() - 2] >= longest) sizes.pop_back();
    std::vector<small_picture> all;
    for (auto size = sizes.rbegin(); size != sizes.rend(); ++size) {
        auto smaller = thumbnail_of(from.get(), *size);
        if (smaller != nullptr) smaller = evaluated(smaller.get(), by);
        if (smaller == nullptr) return wrong(by);
        auto one = write(smaller.get(), *size, by);
        if (!one) return one.error();
        all.push_back(std::move(*one));
        from = std::move(smaller);
    }
    return all;
}

/// The size as it is shown, from the header alone.
sdk::result<picture> measured(const fs::path& path, const making& by) {
    const image head(vips_image_new_from_file(path.c_str(), "access", VIPS_ACCESS_SEQUENTIAL, nullptr));
    if (head == nullptr) return wrong(by);
    picture made{.width = vips_image_get_width(head.get()), .height = vips_image_get_height(head.get())};
    if (made.width > by.most_pixels / std::max<std::int64_t>(made.height, 1)) return too_many_pixels();
    if (vips_image_get_orientation_swap(head.get()) != 0) std::swap(made.width, made.height);
    return made;
}

}  // namespace

sdk::result<picture> read_image(const fs::path& path, const making& by) {
    if (!has_begun()) return sdk::unavailable("vips", "libvips does not work here.");
    auto made = measured(path, by);
    if (!made) return made;
    VipsImage* small = nullptr;
    const auto longest = static_cast<int>(by.largest());
    if (vips_thumbnail(path.c_str(), &small, longest, "height", longest, "size", VIPS_SIZE_DOWN, "export_profile",
                       "srgb", "fail_on", VIPS_FAIL_ON_TRUNCATED, nullptr) != 0)
        return wrong(by);
    const image lazy(small);
    auto whole = evaluated(lazy.get(), by);
    if (whole == nullptr) return wrong(by);
    auto all = write_all(std::move(whole), by);
    if (!all) return all.error();
    made->small = std::move(*all);
    return made;
}

sdk::result<std::vector<small_picture>> write_small(const pixels& from, const making& by) {
    if (!has_begun()) return sdk::unavailable("vips", "libvips does not work here.");
    const image raw(
        vips_image_new_from_memory(from.rgb.data(), from.rgb.size(), from.width, from.height, 3, VIPS_FORMAT_UCHAR));
    if (raw == nullptr) return wrong(by);
    VipsImage* seen = nullptr;
    if (vips_copy(raw.get(), &seen, "interpretation", VIPS_INTERPRETATION_sRGB, nullptr) != 0) return wrong(by);
    return write_all(image(seen), by);
}

}  // namespace gallery
