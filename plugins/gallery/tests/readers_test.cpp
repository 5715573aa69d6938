// Images, documents and videos: what is made of them, and that nothing comes of bombs, lies and halves but a sentence.
#include <algorithm>
#include <random>

#include "media_test.hpp"
#include "picture.hpp"

namespace gallery {
namespace {

using namespace testing;

class readers : public ::testing::Test {
protected:
    making by(std::int64_t most_pixels = 50'000'000, int seconds = 30) const {
        return {.sizes = {150, 300, 800},
                .most_pixels = most_pixels,
                .until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds),
                .into = into.at()};
    }
    std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const auto& one : fs::directory_iterator(into.at())) all.push_back(one.path().filename());
        std::sort(all.begin(), all.end());
        return all;
    }
    looks made(const std::string& name) const { return look_at(into.at() / name); }

    folder from;
    folder into;
};

TEST_F(readers, an_image_in_all_sizes) {
    const auto got = read_image(draw(from, "a.png", 1200, 600), by());
    ASSERT_TRUE(got) << got.error().sentence;
    EXPECT_EQ(got->width, 1200);
    EXPECT_EQ(got->height, 600);
    ASSERT_EQ(got->small.size(), 3u);
    EXPECT_EQ(names(), (std::vector<std::string>{"150.jpg", "300.jpg", "800.jpg"}));
    for (const auto& one : got->small) {
        const auto is = made(one.name);
        EXPECT_EQ(is.width, one.size);
        EXPECT_EQ(is.height, one.size / 2);
        EXPECT_EQ(is.width, one.width);
        EXPECT_EQ(one.bytes, static_cast<std::int64_t>(fs::file_size(into.at() / one.name)));
        EXPECT_EQ(is.left + is.right, "redblue");
    }
}

TEST_F(readers, never_enlarged) {
    const auto got = read_image(draw(from, "a.png", 200, 100), by());
    ASSERT_TRUE(got) << got.error().sentence;
    EXPECT_EQ(names(), (std::vector<std::string>{"150.jpg", "300.jpg"}));
    EXPECT_EQ(made("300.jpg").width, 200);
    EXPECT_EQ(made("150.jpg").width, 150);
    ASSERT_TRUE(read_image(draw(from, "dot.png", 1, 1), by()));
    EXPECT_EQ(made("150.jpg").width, 1);
}

TEST_F(readers, turned_as_the_camera_was_and_silent_about_it) {
    const auto got = read_image(photograph(from, "a.jpg", 400, 200, 6), by());
    ASSERT_TRUE(got) << got.error().sentence;
    EXPECT_EQ(got->width, 200);
    EXPECT_EQ(got->height, 400);
    for (const auto& one : names()) {
        const auto is = made(one);
        EXPECT_EQ(is.height, is.width * 2);
        EXPECT_EQ(is.left + is.bottom, "redblue");
        for (const auto& field : is.fields) {
            EXPECT_EQ(field.find("exif"), std::string::npos) << field;
            EXPECT_EQ(field.find("icc-profile"), std::string::npos) << field;
            EXPECT_EQ(field.find("orientation"), std::string::npos) << field;
        }
        EXPECT_EQ(content_of(into.at() / one).find("Kamera"), std::string::npos);
    }
}

TEST_F(readers, what_is_clear_stays_clear) {
    const auto got = read_image(draw(from, "a.png", 400, 400, true), by());
    ASSERT_TRUE(got) << got.error().sentence;
    EXPECT_EQ(names(), (std::vector<std::string>{"150.webp", "300.webp", "800.webp"}));
}

TEST_F(readers, many_formats) {
    for (const auto* name : {"a.gif", "a.webp", "a.tif", "a.jpg"}) {
        const auto got = read_image(draw(from, name, 300, 200), by());
        ASSERT_TRUE(got) << name << got.error().sentence;
        EXPECT_EQ(made(got->small.back().name).left, "red") << name;
    }
}

TEST_F(readers, too_many_pixels_are_seen_in_the_header) {
    const auto got = read_image(draw(from, "a.png", 400, 300), by(119'999));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, "too_many_pixels");
    // A bomb: what a header says is 30,000 x 30,000, and there is nothing behind it.
    auto bomb = content_of(draw(from, "b.png", 4, 4));
    bomb.replace(16, 8, big_text(30'000, 4) + big_text(30'000, 4));
    EXPECT_FALSE(read_image(from.write("bomb.png", bomb), by()));
    auto lies = content_of(draw(from, "c.jpg", 16, 16));
    const auto frame = lies.find("\xff\xc0");
    ASSERT_NE(frame, std::string::npos);
    lies.replace(frame + 5, 4, std::string("\xfe\0\xfe\0", 4));
    const auto lied = read_image(from.write("lies.jpg", lies), by());
    ASSERT_FALSE(lied);
    EXPECT_EQ(lied.error().code, "too_many_pixels");
    EXPECT_TRUE(names().empty());
}

TEST_F(readers, a_gif_of_very_many_frames_is_its_first_one) {
    auto text = content_of(draw(from, "a.gif", 200, 100));
    ASSERT_EQ(text.back(), '\x3b');
    text.pop_back();
    const std::string frame("\x2c\0\0\0\0\1\0\1\0\0\2\2\x4c\1\0", 15);
    for (int i = 0; i < 100'000; ++i) text += frame;
    const auto got = read_image(from.write("many.gif", text + '\x3b'), by());
    if (got) {
        EXPECT_EQ(got->width, 200);
        EXPECT_EQ(got->height, 100);
    } else {
        EXPECT_EQ(got.error().status, PARLEY_INVALID);
    }
}

TEST_F(readers, halves_and_others_are_unreadable) {
    for (const auto* name : {"a.png", "a.jpg", "a.webp"}) {
        const auto whole = content_of(draw(from, name, 900, 900));
        const auto got = read_image(from.write("half", whole.substr(0, whole.size() / 2)), by());
        ASSERT_FALSE(got) << name;
        EXPECT_EQ(got.error().code, "unreadable") << name;
        EXPECT_EQ(got.error().sentence.find('/'), std::string::npos) << got.error().sentence;
    }
    for (const auto* other : {"", "hello", "%PDF-1.7", "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
                              "push graphic-context"}) {
        const auto got = read_image(from.write("other", other), by());
        ASSERT_FALSE(got) << other;
        EXPECT_EQ(got.error().code, "unreadable") << other;
    }
    EXPECT_FALSE(read_image(print(from, "a.pdf", 300, 300), by()));
}

TEST_F(readers, a_document_is_its_first_page) {
    const auto got = read_pdf(print(from, "a.pdf", 210, 297), by());
    ASSERT_TRUE(got) << got.error().sentence;
    EXPECT_EQ(got->pages, 3);
    EXPECT_EQ(names(), (std::vector<std::string>{"150.jpg", "300.jpg", "800.jpg"}));
    const auto is = made("800.jpg");
    EXPECT_EQ(is.height, 800);
    EXPECT_EQ(is.left + is.right, "redwhite");
}

TEST_F(readers, documents_that_lie) {
    const auto whole = content_of(print(from, "a.pdf", 210, 297));
    for (const auto& bad : {std::string(), std::string("%PDF-1.4\n"), whole.substr(0, 30), std::string("hello")}) {
        const auto got = read_pdf(from.write("bad.pdf", bad), by());
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().code, "unreadable");
    }
    // Pages as large as a street, and as thin as a line.
    for (const auto& [width, height] : {std::pair{14'000.0, 14'000.0}, {14'000.0, 1.0}}) {
        const auto got = read_pdf(print(from, "large.pdf", width, height), by());
        if (got) EXPECT_LE(std::max(got->width, got->height), 800);
    }
    std::mt19937 dice(7);
    for (int i = 0; i < 60; ++i) {
        auto bad = whole;
        for (int k = 0; k < 20; ++k) bad[dice() % bad.size()] = static_cast<char>(dice());
        const auto got = read_pdf(from.write("bad.pdf", bad), by());
        if (!got) EXPECT_EQ(got.error().status, PARLEY_INVALID);
    }
}

TEST_F(readers, a_video_is_a_picture_of_it) {
    for (const auto& [name, format] : {std::pair{"a.mp4", "mp4"}, {"a.mkv", "matroska"}, {"a.avi", "avi"}}) {
        const auto got = read_video(film(from, name, 320, 240, format), by());
        ASSERT_TRUE(got) << name << got.error().sentence;
        ASSERT_TRUE(got->duration_ms) << name;
        EXPECT_NEAR(static_cast<double>(*got->duration_ms), 1'000, 60) << name;
        EXPECT_EQ(got->width, 320);
        EXPECT_EQ(made("150.jpg").left, "red") << name;
        EXPECT_EQ(made("800.jpg").width, 320) << name;
    }
    EXPECT_EQ(read_video(film(from, "b.mp4", 64, 64), by())->taken_at, "2025-06-07T08:09:10");
}

TEST_F(readers, videos_that_lie) {
    const auto whole = content_of(film(from, "a.mp4", 320, 240));
    for (const auto& bad : {std::string(), std::string("hello"), whole.substr(0, 100)}) {
        const auto got = read_video(from.write("bad.mp4", bad), by());
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().code, "unreadable");
    }
    EXPECT_EQ(read_video(from.at() / "a.mp4", by(1'000)).error().code, "too_many_pixels");
    EXPECT_EQ(read_video(from.at() / "a.mp4", by(1'000'000, -1)).error().code, "too_slow");
    std::mt19937 dice(7);
    for (int i = 0; i < 100; ++i) {
        auto bad = whole;
        for (int k = 0; k < 20; ++k) bad[dice() % bad.size()] = static_cast<char>(dice());
        const auto got = read_video(from.write("bad.mp4", bad), by(1'000'000, 5));
        if (!got) EXPECT_EQ(got.error().status, PARLEY_INVALID);
    }
}

TEST_F(readers, a_list_of_other_files_is_not_followed) {
    film(from, "secret.mp4", 64, 64);
    for (const auto& list : {"ffconcat version 1.0\nfile secret.mp4\n",
                             "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.mp4\n#EXT-X-ENDLIST\n"}) {
        const auto got = read_video(from.write("list.mp4", list), by());
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().code, "unreadable");
    }
}

TEST_F(readers, time_is_up) {
    const auto got = read_image(draw(from, "a.png", 3'000, 3'000), by(50'000'000, -1));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, "too_slow");
}

/// Against Debian's vipsthumbnail (libvips-tools); a measurement, so it is run when somebody wants it:
/// gallery_test --gtest_also_run_disabled_tests --gtest_filter='*speed'
TEST_F(readers, DISABLED_speed) {
    (void)vips_init("gallery_test");
    VipsImage* noise = nullptr;
    ASSERT_EQ(vips_gaussnoise(&noise, 4000, 3000, "mean", 128.0, "sigma", 20.0, nullptr), 0);
    VipsImage* soft = nullptr;
    ASSERT_EQ(vips_gaussblur(noise, &soft, 3.0, nullptr), 0);
    VipsImage* bands[3] = {soft, soft, soft};
    VipsImage* joined = nullptr;
    ASSERT_EQ(vips_bandjoin(bands, &joined, 3, nullptr), 0);
    VipsImage* colours = nullptr;
    ASSERT_EQ(vips_copy(joined, &colours, "interpretation", VIPS_INTERPRETATION_sRGB, nullptr), 0);
    const auto photo = from.at() / "photo.jpg";
    ASSERT_EQ(vips_jpegsave(colours, photo.c_str(), "Q", 90, nullptr), 0);
    for (auto* one : {colours, joined, soft, noise}) g_object_unref(one);
    const auto seconds = [](auto work) {
        const auto began = std::chrono::steady_clock::now();
        work();
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    };
    std::vector<double> ours;
    std::vector<double> theirs;
    for (int i = 0; i < 7; ++i) {
        ours.push_back(seconds([&] { ASSERT_TRUE(read_image(photo, by())); }));
        theirs.push_back(seconds([&] {
            for (const auto* size : {"150", "300", "800"})
                ASSERT_EQ(std::system((std::string("vipsthumbnail -s ") + size + " -e srgb -o '" + into.at().string() +
                                       "/v" + size + ".jpg[strip,Q=80]' " + photo.string())
                                          .c_str()),
                          0);
        }));
    }
    std::sort(ours.begin(), ours.end());
    std::sort(theirs.begin(), theirs.end());
    std::printf("12 megapixels in three sizes: %.0f ms, vipsthumbnail %.0f ms, ratio %.2f\n", ours[3] * 1000,
                theirs[3] * 1000, ours[3] / theirs[3]);
    EXPECT_LE(ours[3], 1.3 * theirs[3]);
}

}  // namespace
}  // namespace gallery
