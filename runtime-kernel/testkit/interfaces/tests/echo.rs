//! Every feature of lidl through a lane: stub, dispatcher and encoding give back what went in.

mod lane;

use ambience::{Bulk, CallError, Failure, Level, Map, MapView, Seq, String, Vector};
use lane::run;
use testkit_interfaces::geometry::Rect;
use testkit_interfaces::{
    CameraError, Color, Echo, EchoClient, EchoManyResult, Finding, FindingOwned, Nothing, OddNames,
    PagePairU8StringN4, PairU8StringN4, PairU8U16, PairWideOptionalStringN4Owned, Parts, PartsOwned,
    PlainChoice, PlainParts, RingU16N3, Scalars, Signed, Verdict, Wide, echo,
};

/// Gives back its arguments.
struct Mirror;

type Answer<T> = Result<T, CallError>;

fn text<const N: usize>(text: &str) -> Answer<String<N>> {
    String::try_from(text).map_err(|_| CallError::Malformed)
}

impl Echo for Mirror {
    async fn scalars(&self, value: &Scalars) -> Answer<Scalars> {
        Ok(*value)
    }

    async fn plain(&self, value: &PlainParts) -> Answer<PlainParts> {
        Ok(*value)
    }

    async fn choice(&self, value: &PlainChoice) -> Answer<PlainChoice> {
        Ok(*value)
    }

    async fn parts(&self, value: &Parts<'_>) -> Answer<PartsOwned> {
        PartsOwned::try_from(*value)
    }

    async fn finding(&self, value: &Finding<'_>) -> Answer<FindingOwned> {
        FindingOwned::try_from(*value)
    }

    async fn strings(&self, a: &str, b: &str, c: Option<&str>) -> Answer<[String<8>; 3]> {
        Ok([text(a)?, text(b)?, text(c.unwrap_or("none"))?])
    }

    async fn lists(
        &self,
        a: &[u8],
        b: Seq<'_, i8>,
        c: Seq<'_, bool>,
        d: Bulk<'_, u8>,
    ) -> Answer<Vector<Vector<u8, 9>, 4>> {
        let b = b.iter().map(|n| n as u8).collect();
        let c = c.iter().map(u8::from).collect();
        let d = d.chunks::<9>().last().unwrap_or_default();
        Ok([a.iter().copied().collect(), b, c, d].into_iter().collect())
    }

    async fn tables(
        &self,
        a: MapView<'_, Signed, Rect>,
        b: [u8; 5],
        c: &OddNames<'_>,
        _: &Nothing,
    ) -> Answer<Map<Signed, Rect, 2>> {
        assert_eq!((b, c.r#type, c.r#fn, c.string, c.self_), ([1, 2, 3, 4, 5], 7, -7, "text", 9));
        let mut out = Map::new();
        for (key, value) in a.iter() {
            out.insert(key, value).map_err(|_| CallError::Malformed)?;
        }
        Ok(out)
    }

    async fn many(
        &self,
        a: u8,
        b: u16,
        c: u32,
        d: u64,
        e: i8,
        f: i16,
        g: i32,
        h: i64,
        i: f32,
        j: f64,
        k: bool,
        (): (),
    ) -> Answer<EchoManyResult> {
        let sum =
            f64::from(b) + f64::from(c) + d as f64 + f64::from(e) + f64::from(f) + f64::from(g) + h as f64;
        Ok(EchoManyResult { a, l: if k { sum + f64::from(i) + j } else { 0.0 } })
    }

    async fn fail(&self, why: u8) -> Result<(), Failure<CameraError>> {
        Err(match why {
            0 => return Ok(()),
            1 => CameraError::Busy.into(),
            2 => CameraError::Hardware(77).into(),
            3 => CameraError::Text(text("broken")?).into(),
            _ => CallError::Denied.into(),
        })
    }

    async fn level(&self, level: Level) -> Answer<Level> {
        Ok(level)
    }

    async fn wide(
        &self,
        wide: Wide,
        pages: &PagePairU8StringN4<'_>,
    ) -> Answer<PairWideOptionalStringN4Owned> {
        let second = pages.items.iter().last().map(|pair| text(pair.second)).transpose()?;
        Ok(PairWideOptionalStringN4Owned { first: wide, second })
    }

    async fn fixed(&self, ring: &RingU16N3) -> Answer<RingU16N3> {
        Ok(*ring)
    }
}

/// Runs a client of a [`Mirror`] behind a lane.
fn mirrored<F: Future<Output = ()>>(
    client: impl FnOnce(EchoClient<&'static ambc_kernel::Caller<'static>>) -> F,
) {
    run(|request| echo::dispatch(&Mirror, request), |caller| client(EchoClient(caller)));
}

const RECT: Rect = Rect { x: -1, y: 2, w: 3, h: 65_535 };

#[test]
fn plain_values() {
    mirrored(|echo| async move {
        let value = Scalars {
            a: true,
            b: -1,
            c: -300,
            d: i32::MIN,
            e: i64::MAX,
            f: 255,
            g: 65_535,
            h: 7,
            i: u64::MAX,
            j: 1.5,
            k: -0.0,
            l: (),
            m: Color::Blue,
        };
        assert_eq!(echo.scalars(&value).await, Ok(value));
        let deep = Some(Some([Some(1), None, Some(3)]));
        for choice in
            [PlainChoice::None, PlainChoice::Number(0.5), PlainChoice::Flag(true), PlainChoice::Area(RECT)]
        {
            let value = PlainParts { corners: [RECT; 2], perhaps: Some(RECT), choice, deep };
            assert_eq!(echo.plain(&value).await, Ok(value));
            assert_eq!(echo.choice(&choice).await, Ok(choice));
        }
        assert_eq!(echo.level(Level::Debug).await, Ok(Level::Debug));
        let ring = RingU16N3 { items: [1, 2, 3], start: Some(PairU8U16 { first: 1, second: 2 }) };
        assert_eq!(echo.fixed(&ring).await, Ok(ring));
        let many = echo.many(9, 1, 2, 3, -4, -5, -6, -7, 0.5, 0.25, true, ()).await;
        assert_eq!(many, Ok(EchoManyResult { a: 9, l: -15.25 }));
    });
}

#[test]
fn variable_parts() {
    mirrored(|echo| async move {
        let words = [1, 2, 3];
        let names = ["", "äö", "eight by"];
        let big: Vec<u16> = (0..400).collect();
        let (table, by_name) = ([(1, "one"), (9, "nine")], [("a", 1), ("b", 2)]);
        let verdicts = [(Verdict::Empty, [1].as_slice()), (Verdict::Person, &[])];
        let many = ["x", "y"];
        let findings = [
            Finding::None,
            Finding::Hit(RECT),
            Finding::Text("a text of some length"),
            Finding::Many(Seq::from(&many)),
        ];
        for finding in findings {
            let value = Parts {
                name: "sixteen letters!",
                small: &[1, 2, 3],
                words: Seq::from(&words),
                names: Seq::from(&names),
                rects: Seq::from(&[RECT]),
                big: Bulk::from(big.as_slice()),
                table: MapView::new(&table).unwrap(),
                by_name: MapView::new(&by_name).unwrap(),
                perhaps: Some("maybe"),
                pair_of_names: ["a", "bcd"],
                finding,
                verdicts: MapView::new(&verdicts).unwrap(),
            };
            assert_eq!(echo.parts(&value).await, Ok(PartsOwned::try_from(value).unwrap()));
            assert_eq!(echo.finding(&finding).await, Ok(FindingOwned::try_from(finding).unwrap()));
        }
    });
}

#[test]
fn views_as_arguments() {
    mirrored(|echo| async move {
        let strings = echo.strings("12345678", "", Some("four")).await.unwrap();
        assert_eq!(strings.each_ref().map(String::as_str), ["12345678", "", "four"]);
        let bytes: Vec<u8> = (0..200).collect();
        let lists =
            echo.lists(&[1, 2], Seq::from(&[-1]), Seq::from(&[true]), bytes.as_slice().into()).await.unwrap();
        assert_eq!(
            lists.iter().map(|l| l.to_vec()).collect::<Vec<_>>(),
            [vec![1, 2], vec![255], vec![1], vec![198, 199]]
        );
        let table = [(Signed::Low, RECT), (Signed::High, Rect { x: 0, ..RECT })];
        let odd = OddNames {
            r#type: 7,
            r#fn: -7,
            r#priv: true,
            string: "text",
            r#struct: 1,
            r#match: 8,
            self_: 9,
            result: 1,
        };
        let got =
            echo.tables(MapView::new(&table).unwrap(), [1, 2, 3, 4, 5], &odd, &Nothing {}).await.unwrap();
        assert_eq!(got.entries(), table);
        let pairs = [PairU8StringN4 { first: 1, second: "one" }, PairU8StringN4 { first: 2, second: "two" }];
        let pages = PagePairU8StringN4 { items: Bulk::from(&pairs), next: None };
        let wide = echo.wide(Wide::Top, &pages).await.unwrap();
        assert_eq!((wide.first, wide.second.as_deref()), (Wide::Top, Some("two")));
    });
}

#[test]
fn declared_errors_and_failures() {
    mirrored(|echo| async move {
        assert_eq!(echo.fail(0).await, Ok(()));
        assert_eq!(echo.fail(1).await, Err(Failure::Error(CameraError::Busy)));
        let failure = echo.fail(2).await.unwrap_err();
        assert_eq!(
            (failure.to_string().as_str(), failure),
            ("hardware: 77", Failure::Error(CameraError::Hardware(77)))
        );
        assert_eq!(echo.fail(3).await, Err(Failure::Error(CameraError::Text(text("broken").unwrap()))));
        assert_eq!(echo.fail(4).await, Err(Failure::Call(CallError::Denied)));
    });
}

#[test]
fn what_breaks_a_bound_never_arrives() {
    mirrored(|echo| async move {
        assert_eq!(echo.strings("123456789", "", None).await, Err(CallError::Malformed));
        assert_eq!(echo.strings("", "", Some("12345")).await, Err(CallError::Malformed));
        assert_eq!(echo.finding(&Finding::Many(Seq::from(&["x"; 3]))).await, Err(CallError::Malformed));
    });
}
