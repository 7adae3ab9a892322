// `./waymark grade`: one result, written first without points and then with them.

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "lessons/course/commands/teacher.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;

// A compiler can be kept busy for ever by what it compiles (constexpr, templates).
void limit_processor_time() {
    constexpr rlim_t kMostSeconds = 120;
    rlimit limit{};
    daemon::check(::getrlimit(RLIMIT_CPU, &limit), "getrlimit RLIMIT_CPU");
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, kMostSeconds);
    daemon::check(::setrlimit(RLIMIT_CPU, &limit), "setrlimit RLIMIT_CPU");
}

// Other steps of a workflow write to the same files, so ours is put behind theirs.
void append_to(const char* variable, const std::string& text) {
    const char* path = std::getenv(variable);
    if (path == nullptr || *path == '\0') return;
    const daemon::Fd file(
        daemon::check(::open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644), "open", path));
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t count = ::write(file.get(), text.data() + done, text.size() - done);
        if (count == -1 && errno != EINTR) daemon::fail(errno, "write", path);
        done += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
}

void write_result(const Grade& grade, const GradeWish& wish) {
    const std::string text = grade_text(grade, wish.format);
    if (wish.output.empty())
        fmt::print("{}", text);
    else
        write_file(wish.output, text);
}

std::vector<const Lesson*> wanted(const Course& course, const GradeWish& wish) {
    if (!wish.lesson.empty()) return {&course.lesson(wish.lesson)};
    if (wish.only_begun) return course.begun_lessons();
    std::vector<const Lesson*> lessons;
    for (const Lesson& lesson : course.lessons())
        if (!lesson.sources.empty()) lessons.push_back(&lesson);
    return lessons;
}

}  // namespace

int grade(const Course& course, const GradeWish& wish) {
    Grade grade;
    const std::vector<const Lesson*> lessons = wanted(course, wish);
    if (lessons.empty()) fmt::print(stderr, "waymark: no lesson was begun yet\n");
    for (const Lesson* lesson : lessons)
        grade.lessons.push_back(Grader::without_points(*lesson, "grading did not come to its end"));
    // A learner's program can kill whatever its user may signal, and that is us too. Then this
    // stays.
    if (!wish.output.empty()) write_result(grade, wish);
    limit_processor_time();
    const Grader grader(
        course, fs::absolute(wish.submission.empty() ? course.folders().work : wish.submission));
    for (std::size_t place = 0; place < lessons.size(); ++place) {
        fmt::print(stderr, "waymark: grading {}\n", lessons[place]->name);
        grade.lessons[place] = grader.grade(*lessons[place]);
    }
    write_result(grade, wish);
    if (wish.format == GradeFormat::github) {
        append_to("GITHUB_STEP_SUMMARY", as_github_summary(grade));
        append_to("GITHUB_OUTPUT", as_github_output(grade));
    }
    return grade.points() == grade.most_points() ? 0 : 1;
}

}  // namespace waymark::course
