//! Runs the table of tests in every chosen engine and reports like Rust's own test runner.

use std::{
    fs,
    future::Future,
    path::{Path, PathBuf},
    pin::Pin,
    process::ExitCode,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::Semaphore,
    task::{LocalSet, spawn_local},
};

use crate::{
    engine::{Engine, Kind, Session},
    places,
};

/// How many tests run at one time; each keeps a browser and a server busy.
const AT_ONCE: usize = 2;

/// How long one test may take.
const LIMIT: Duration = Duration::from_secs(180);

/// What a test's function gives back.
pub(crate) type Running = Pin<Box<dyn Future<Output = Result<()>>>>;

/// One test: what it is called, where it runs, what it does.
pub(crate) struct Test {
    pub(crate) name: &'static str,
    pub(crate) engines: &'static [Engine],
    pub(crate) kind: Kind,
    pub(crate) run: fn(Browser) -> Running,
}

/// What a test is given: a browser with nothing in it, and a directory of its own.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) session: Arc<Session>,
    /// Kept where the test fails, with the server's log and database in it.
    pub(crate) dir: PathBuf,
    printed_before: usize,
    console: Arc<Mutex<Vec<String>>>,
}

impl Browser {
    fn new(session: Arc<Session>, dir: PathBuf) -> Self {
        let printed_before = session.printed().len();
        Self { session, dir, printed_before, console: Arc::default() }
    }

    pub(crate) fn engine(&self) -> Engine {
        self.session.engine
    }

    /// What this test's pages have written to the console.
    pub(crate) async fn console(&self) -> Vec<String> {
        match self.engine() {
            Engine::Chromium => {
                let new = self.session.driver.browser_log().await.unwrap_or_default();
                let mut console = self.console.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                console.extend(new.into_iter().map(|entry| format!("{:?} {}", entry.level, entry.message)));
                console.clone()
            }
            // MiniBrowser does not tell: its list is empty.
            Engine::Firefox | Engine::Webkit => {
                let printed = self.session.printed();
                let new = printed.get(self.printed_before..).unwrap_or_default();
                let marks = ["console.", "JavaScript error", "JavaScript warning"];
                new.lines().filter(|line| marks.iter().any(|mark| line.contains(mark))).map(str::to_owned).collect()
            }
        }
    }

    /// Chromium's console goes on from one test to the next until it is read.
    async fn forget_console(&self) {
        self.console().await;
        self.console.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clear();
    }

    async fn save_evidence(&self, error: &anyhow::Error) -> Result<()> {
        let driver = &self.session.driver;
        let mut text = format!("{error:#}\n\n");
        if let Ok(url) = driver.current_url().await {
            text += &format!("page: {url}\n");
        }
        text += &format!("\nconsole:\n{}\n", self.console().await.join("\n"));
        let page = "const host = document.querySelector('placet-ui');
            let stored; try { stored = Object.entries(localStorage); } catch (error) { stored = String(error); }
            return { cookies: document.cookie, stored, choices: window.placet?.choices?.(),
                requests: performance.getEntriesByType('resource').map((entry) => entry.name),
                banner: host?.shadowRoot?.innerHTML ?? null };";
        if let Ok(found) = driver.execute(page, vec![]).await {
            text += &format!("\nstate:\n{:#}\n", found.json());
        }
        fs::write(self.dir.join("page.txt"), text)?;
        fs::write(self.dir.join("driver.log"), self.session.printed())?;
        let picture = tokio::time::timeout(Duration::from_secs(20), driver.screenshot_as_png()).await??;
        fs::write(self.dir.join("page.png"), picture)?;
        Ok(())
    }
}

/// What the command line asks for.
#[derive(Default)]
struct Wish {
    list: bool,
    exact: bool,
    filters: Vec<String>,
}

impl Wish {
    fn read(arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut wish = Self::default();
        for argument in arguments {
            match argument.as_str() {
                "--list" => wish.list = true,
                "--exact" => wish.exact = true,
                // Nothing is captured here; accepted because people are used to it.
                "--nocapture" | "--no-capture" => {}
                flag if flag.starts_with('-') => bail!("unknown flag {flag}; known are --list, --exact and filters"),
                _ => wish.filters.push(argument),
            }
        }
        Ok(wish)
    }

    fn takes(&self, name: &str) -> bool {
        let matches = |filter: &String| if self.exact { name == filter } else { name.contains(filter.as_str()) };
        self.filters.is_empty() || self.filters.iter().any(matches)
    }
}

#[derive(Default)]
struct Outcome {
    passed: AtomicUsize,
    failures: Mutex<Vec<(String, String)>>,
}

impl Outcome {
    fn pass(&self, name: &str, time: Duration) {
        self.passed.fetch_add(1, Ordering::Relaxed);
        println!("test {name} ... ok <{:.1}s>", time.as_secs_f32());
    }

    fn fail(&self, name: &str, time: Duration, why: String) {
        println!("test {name} ... FAILED <{:.1}s>", time.as_secs_f32());
        self.failures.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push((name.to_owned(), why));
    }
}

pub(crate) fn main(tests: &'static [Test]) -> ExitCode {
    // One thread is enough: the work is done by browsers and servers.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    match LocalSet::new().block_on(&runtime, run(tests)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(101),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(tests: &'static [Test]) -> Result<bool> {
    let start = Instant::now();
    let wish = Wish::read(std::env::args().skip(1))?;
    let mut plans = Vec::new();
    let (mut count, mut filtered) = (0, 0);
    for engine in Engine::chosen()? {
        let mut plan: Vec<&Test> = tests.iter().filter(|test| test.engines.contains(&engine)).collect();
        let all = plan.len();
        plan.retain(|test| wish.takes(&format!("{}::{}", engine.name(), test.name)));
        // A change of kind costs a new browser.
        plan.sort_by_key(|test| test.kind);
        count += plan.len();
        filtered += all - plan.len();
        plans.push((engine, plan));
    }
    if wish.list {
        for (engine, plan) in &plans {
            plan.iter().for_each(|test| println!("{}::{}: test", engine.name(), test.name));
        }
        return Ok(true);
    }

    println!("\nrunning {count} tests");
    let outcome = Arc::new(Outcome::default());
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let workers: Vec<_> = plans
        .into_iter()
        .map(|(engine, plan)| spawn_local(work(engine, plan, outcome.clone(), turns.clone())))
        .collect();
    let aborts: Vec<_> = workers.iter().map(|worker| worker.abort_handle()).collect();
    let mut terminate = signal(SignalKind::terminate())?;
    let everything = async {
        for worker in workers {
            worker.await.context("a worker broke")?;
        }
        Ok::<_, anyhow::Error>(())
    };
    tokio::select! {
        done = everything => done?,
        _ = tokio::signal::ctrl_c() => stop(aborts).await?,
        _ = terminate.recv() => stop(aborts).await?,
    }

    let failures = outcome.failures.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if !failures.is_empty() {
        println!("\nfailures:\n");
        failures.iter().for_each(|(name, why)| println!("---- {name} ----\n{why}\n"));
        println!("failures:");
        failures.iter().for_each(|(name, _)| println!("    {name}"));
    }
    let passed = outcome.passed.load(Ordering::Relaxed);
    println!(
        "\ntest result: {}. {passed} passed; {} failed; 0 ignored; 0 measured; {filtered} filtered out; finished in {:.2}s\n",
        if failures.is_empty() { "ok" } else { "FAILED" },
        failures.len(),
        start.elapsed().as_secs_f32(),
    );
    Ok(failures.is_empty())
}

/// Dropping the workers ends the programs that they started.
async fn stop(aborts: Vec<tokio::task::AbortHandle>) -> Result<()> {
    aborts.iter().for_each(|worker| worker.abort());
    while !aborts.iter().all(|worker| worker.is_finished()) {
        tokio::task::yield_now().await;
    }
    bail!("stopped by a signal")
}

/// Runs one engine's tests, one after the other, in as few browsers as possible.
async fn work(engine: Engine, plan: Vec<&'static Test>, outcome: Arc<Outcome>, turns: Arc<Semaphore>) {
    let mut session: Option<Arc<Session>> = None;
    let mut broken: Option<(Kind, String)> = None;
    for test in plan {
        let name = format!("{}::{}", engine.name(), test.name);
        let Ok(_turn) = turns.acquire().await else { return };
        if let Some((kind, why)) = &broken
            && *kind == test.kind
        {
            outcome.fail(&name, Duration::ZERO, why.clone());
            continue;
        }
        let start = Instant::now();
        match ready(session.take(), engine, test.kind).await {
            Ok(ready) => {
                let dir = places::evidence().join(engine.name()).join(test.name);
                match attempt(test, ready.clone(), &dir).await {
                    Ok(()) => {
                        outcome.pass(&name, start.elapsed());
                        session = Some(ready);
                    }
                    Err(error) => {
                        outcome.fail(&name, start.elapsed(), format!("{error:#}\nSee {}", dir.display()));
                        quit(ready).await;
                    }
                }
            }
            Err(error) => {
                let why = format!("{error:#}");
                outcome.fail(&name, start.elapsed(), why.clone());
                broken = Some((test.kind, why));
            }
        }
    }
    if let Some(session) = session {
        quit(session).await;
    }
}

/// The session at hand, emptied, where it is of the right kind and still sound; else a new one.
async fn ready(old: Option<Arc<Session>>, engine: Engine, kind: Kind) -> Result<Arc<Session>> {
    if let Some(old) = old {
        if old.kind == kind && old.clear().await.is_ok() {
            return Ok(old);
        }
        quit(old).await;
    }
    Ok(Arc::new(Session::start(engine, kind).await?))
}

async fn quit(session: Arc<Session>) {
    if let Some(session) = Arc::into_inner(session) {
        session.quit().await;
    }
}

async fn attempt(test: &'static Test, session: Arc<Session>, dir: &Path) -> Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir)?;
    }
    fs::create_dir_all(dir)?;
    let browser = Browser::new(session, dir.to_owned());
    browser.forget_console().await;
    // A task of its own, so that a panic in a test is that test's failure.
    let task = spawn_local((test.run)(browser.clone()));
    let abort = task.abort_handle();
    let result = match tokio::time::timeout(LIMIT, task).await {
        Ok(Ok(result)) => result,
        Ok(Err(error)) => Err(panicked(error)),
        Err(_) => {
            abort.abort();
            Err(anyhow!("no result after {} s", LIMIT.as_secs()))
        }
    };
    match &result {
        Ok(()) => fs::remove_dir_all(dir)?,
        Err(error) => {
            if let Err(problem) = browser.save_evidence(error).await {
                eprintln!("the evidence is incomplete: {problem:#}");
            }
        }
    }
    result
}

fn panicked(error: tokio::task::JoinError) -> anyhow::Error {
    match error.try_into_panic() {
        Ok(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
            anyhow!("panicked: {}", text.unwrap_or("without a message"))
        }
        Err(error) => anyhow!(error),
    }
}
