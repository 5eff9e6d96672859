// The core's events, handed on to EventSink. They come from threads that are inside a call of this library, which are Java's
// but for what else may release Arrow memory.
#include "jni_events.hpp"

#include "jni_common.hpp"
#include "jni_ids.hpp"

namespace qads_jni {
namespace {

JavaVM* java_vm = nullptr;  // set before the core is told of the observer

class CurrentThread {
 public:
  CurrentThread() noexcept {
    void* env = nullptr;
    if (java_vm->GetEnv(&env, JNI_VERSION_10) == JNI_EDETACHED) {
      attached_ = java_vm->AttachCurrentThreadAsDaemon(&env, nullptr) == JNI_OK;
    }
    env_ = static_cast<JNIEnv*>(env);
  }
  ~CurrentThread() {
    if (attached_) {
      java_vm->DetachCurrentThread();
    }
  }
  CurrentThread(const CurrentThread&) = delete;
  CurrentThread& operator=(const CurrentThread&) = delete;

  JNIEnv* env() const noexcept { return env_; }

 private:
  JNIEnv* env_ = nullptr;
  bool attached_ = false;
};

void observe(void* /*context*/, const qads_event* event) {
  constexpr jint kLocals = 2;
  const CurrentThread thread;
  JNIEnv* env = thread.env();
  if (env == nullptr || env->ExceptionCheck() != JNI_FALSE || env->PushLocalFrame(kLocals) != JNI_OK) {
    return;
  }
  jbyteArray segment = to_bytes(env, event->segment);
  jbyteArray message = segment == nullptr ? nullptr : to_bytes(env, event->message);
  if (message != nullptr) {
    env->CallStaticVoidMethod(ids().events, ids().events_tell, event->kind, event->level, segment, message,
                              event->entry, static_cast<jlong>(event->pid), to_jlong(event->batches),
                              static_cast<jlong>(event->waited_ns));
  }
  if (env->ExceptionCheck() != JNI_FALSE) {  // no memory for the texts
    env->ExceptionClear();
  }
  env->PopLocalFrame(nullptr);
}

}  // namespace

bool observe_events(JavaVM* vm) noexcept {
  java_vm = vm;
  return qads_set_observer(&observe, nullptr) == QADS_OK;
}

void forget_events() noexcept { (void)qads_set_observer(nullptr, nullptr); }

}  // namespace qads_jni
