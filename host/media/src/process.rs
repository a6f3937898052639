//! The ffmpegs that run: each ends with this process, and all can be ended at once.

use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, PoisonError};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use std::os::unix::process::CommandExt;

/// The processes that run.
static RUNNING: Mutex<Vec<i32>> = Mutex::new(Vec::new());

/// Kills every ffmpeg that runs and waits for it: an orphan would stay a zombie where the first process of a container
/// does not wait for strangers. No other starts afterwards. For a worker process that ends at once.
pub(crate) fn kill_running() {
    let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    for pid in running.iter().filter_map(|pid| Pid::from_raw(*pid)) {
        let _ = kill_process(pid, Signal::KILL);
        let _ = waitpid(Some(pid), WaitOptions::empty()); // The other thread may have been quicker.
    }
    std::mem::forget(running); // Locked for good.
}

/// A process that is killed where it is dropped before it ended.
pub(crate) struct Process {
    pub child: Child,
    ended: bool,
}

impl Process {
    /// Starts a process that dies with the thread that calls this.
    ///
    /// # Errors
    /// What the system says.
    pub fn start(mut command: Command) -> std::io::Result<Self> {
        // SAFETY: between fork and exec the closure makes one system call and allocates nothing.
        unsafe {
            command.pre_exec(|| {
                // ffmpeg must not outlive a worker that was killed; it would go on to write its file.
                Ok(rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?)
            });
        }
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        let child = command.spawn()?;
        running.push(child.id() as i32);
        Ok(Process { child, ended: false })
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// What the system says.
    pub fn wait(&mut self) -> std::io::Result<ExitStatus> {
        let status = self.child.wait();
        self.ended = true;
        let pid = self.child.id() as i32;
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner).retain(|other| *other != pid);
        status
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.ended {
            let _ = self.child.kill(); // It may have ended this moment.
            let _ = self.wait();
        }
    }
}
