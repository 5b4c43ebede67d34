// Our cut of ECharts: what charts.js draws, and nothing else.
import { use } from 'echarts/core';
import { BarChart, LineChart, RadarChart, ScatterChart } from 'echarts/charts';
import { AriaComponent, GridComponent, MarkAreaComponent, MarkLineComponent, RadarComponent, TooltipComponent } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';

use([
  SVGRenderer, LineChart, BarChart, ScatterChart, RadarChart,
  GridComponent, RadarComponent, TooltipComponent, AriaComponent, MarkLineComponent, MarkAreaComponent,
]);

export { init } from 'echarts/core';
